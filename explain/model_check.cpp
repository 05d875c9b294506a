#include "explain/model_check.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "explain/forward_session.h"
#include "explain/preprocess.h"

namespace differentia {

namespace {

struct Change {
  std::string description;
  int kind;  // 0 mean and std, 1 order, 2 fit
  InputSpec input;
};

bool same(const InputSpec& a, const InputSpec& b) {
  const auto close = [](const std::array<float, 3>& x, const std::array<float, 3>& y) {
    for (std::size_t i = 0; i < 3; ++i) {
      if (std::abs(x[i] - y[i]) > 0.005f * std::max(0.01f, std::abs(y[i]))) return false;
    }
    return true;
  };
  const bool same_crop = a.fit != Fit::kCrop || a.resize == b.resize;
  return a.fit == b.fit && same_crop && a.rgb == b.rgb && close(a.mean, b.mean) &&
         close(a.std, b.std);
}

// The usual alternatives to `base`, one at a time.
std::vector<Change> alternatives(const InputSpec& base) {
  std::vector<Change> changes;
  const auto normalised = [&](const std::string& description, std::array<float, 3> mean,
                              std::array<float, 3> std) {
    Change change{description, 0, base};
    change.input.mean = mean;
    change.input.std = std;
    changes.push_back(change);
  };
  normalised("ImageNet's mean and std", {0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f});
  normalised("mean and std 0.5", {0.5f, 0.5f, 0.5f}, {0.5f, 0.5f, 0.5f});
  normalised("values 0 to 1", {0, 0, 0}, {1, 1, 1});
  normalised("values 0 to 255", {0, 0, 0}, {1 / 255.0f, 1 / 255.0f, 1 / 255.0f});
  Change order{base.rgb ? "order BGR" : "order RGB", 1, base};
  order.input.rgb = !base.rgb;
  changes.push_back(order);
  const auto fitted = [&](const std::string& description, Fit fit, double resize) {
    Change change{description, 2, base};
    change.input.fit = fit;
    if (fit == Fit::kCrop) {
      const int shorter = std::min(base.size.width, base.size.height);
      change.input.resize = static_cast<int>(std::lround(shorter * resize));
    }
    changes.push_back(change);
  };
  fitted("fit stretch", Fit::kStretch, 0);
  fitted("fit crop after resizing to 8/7", Fit::kCrop, 256.0 / 224.0);
  fitted("fit crop without a margin", Fit::kCrop, 1);
  fitted("fit pad", Fit::kPad, 0);
  changes.erase(std::remove_if(changes.begin(), changes.end(),
                               [&](const Change& change) { return same(change.input, base); }),
                changes.end());
  return changes;
}

class Checker {
 public:
  Checker(const std::shared_ptr<const Model>& model,
          std::vector<std::pair<std::string, int>> photos, const CheckOptions& options,
          const ProgressCallback& progress)
      : model_(model), photos_(std::move(photos)), options_(options), progress_(progress) {}

  // One pass over the photos for all of these changes: a photo is decoded once.
  std::vector<CheckRow> run(const std::vector<Change>& changes, const std::string& stage,
                            bool list_unreadable) {
    std::vector<CheckRow> rows;
    for (const Change& change : changes) {
      CheckRow row;
      row.description = change.description;
      row.input = change.input;
      rows.push_back(row);
    }
    std::vector<std::string> reasons(photos_.size());
    std::atomic<std::size_t> next{0};
    std::size_t done = 0;
    std::exception_ptr failure;
    std::mutex mutex;
    const auto work = [&] {
      try {
        ForwardSession session(model_, {{}, true, static_cast<int>(changes.size())});
        const Size size = model_->card().input.size;
        const std::size_t length = static_cast<std::size_t>(3) * size.width * size.height;
        std::vector<float> inputs(length * changes.size());
        for (std::size_t i = next++; i < photos_.size(); i = next++) {
          {
            const std::lock_guard<std::mutex> lock(mutex);
            if (failure) return;
            report(progress_,
                   {stage, static_cast<std::int64_t>(done),
                    static_cast<std::int64_t>(photos_.size()), "photos", photos_[i].first});
          }
          std::vector<bool> right(changes.size());
          bool read = true;
          try {
            const Photo photo = decode_photo(photos_[i].first, {decode_side(model_->card().input)});
            for (std::size_t k = 0; k < changes.size(); ++k) {
              preprocess(photo, changes[k].input, {inputs.data() + length * k, length});
            }
          } catch (const PhotoError& error) {
            reasons[i] = error.reason;
            read = false;
          }
          if (read) {
            const Matrix outputs = session.run(inputs, static_cast<int>(changes.size())).outputs;
            for (std::size_t k = 0; k < changes.size(); ++k) {
              const auto row = outputs.row(k);
              right[k] =
                  std::max_element(row.begin(), row.end()) - row.begin() == photos_[i].second;
            }
          }
          const std::lock_guard<std::mutex> lock(mutex);
          ++done;
          if (!read) continue;
          for (std::size_t k = 0; k < changes.size(); ++k) {
            rows[k].correct += right[k] ? 1 : 0;
            ++rows[k].photos;
          }
        }
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        if (!failure) failure = std::current_exception();
      }
    };
    std::vector<std::thread> threads;
    for (int i = 1; i < std::max(1, options_.threads); ++i) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
    if (failure) std::rethrow_exception(failure);
    for (CheckRow& row : rows) row.accuracy = wilson(row.correct, row.photos);
    for (std::size_t i = 0; list_unreadable && i < photos_.size(); ++i) {
      if (!reasons[i].empty()) unreadable_.emplace_back(photos_[i].first, reasons[i]);
    }
    return rows;
  }

  std::vector<std::pair<std::string, std::string>> unreadable_;

 private:
  std::shared_ptr<const Model> model_;
  std::vector<std::pair<std::string, int>> photos_;
  CheckOptions options_;
  const ProgressCallback& progress_;
};

}  // namespace

CheckResult model_check(const std::shared_ptr<const Model>& model,
                        gsl::span<const std::pair<std::string, int>> photos,
                        const CheckOptions& options, const ProgressCallback& progress) {
  if (photos.empty()) throw InputError("A model is checked on labelled photos: give at least one.");
  for (const auto& [path, output] : photos) {
    if (output < 0 || output >= model->outputs()) {
      throw InputError(path + " is labelled as output " + std::to_string(output) +
                       ", but the model has " + std::to_string(model->outputs()) + ".");
    }
  }
  const std::size_t count =
      std::min<std::size_t>(photos.size(), static_cast<std::size_t>(std::max(1, options.photos)));
  std::vector<std::pair<std::string, int>> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(photos[i * photos.size() / count]);

  const InputSpec& card = model->card().input;
  std::vector<Change> changes = alternatives(card);
  changes.insert(changes.begin(), {"the card", -1, card});
  Checker checker(model, std::move(chosen), options, progress);
  CheckResult result;
  result.rows = checker.run(changes, "checking the card", true);
  result.rows[0].is_card = true;
  result.unreadable = checker.unreadable_;

  // Two things may be wrong at once: the other kinds of change on top of the best single one.
  std::size_t best = 0;
  for (std::size_t i = 1; i < result.rows.size(); ++i) {
    if (result.rows[i].correct > result.rows[best].correct) best = i;
  }
  if (best > 0) {
    std::vector<Change> further;
    for (Change& change : alternatives(changes[best].input)) {
      if (change.kind == changes[best].kind || same(change.input, card)) continue;
      change.description = changes[best].description + ", " + change.description;
      further.push_back(std::move(change));
    }
    auto rows = checker.run(further, "checking two changes at once", false);
    result.rows.insert(result.rows.end(), rows.begin(), rows.end());
  }
  std::stable_sort(result.rows.begin(), result.rows.end(),
                   [](const CheckRow& a, const CheckRow& b) { return a.correct > b.correct; });
  return result;
}

}  // namespace differentia

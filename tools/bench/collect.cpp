#include "tools/bench/collect.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <numeric>
#include <thread>

#include <fmt/format.h>

#include "atlas/collect.h"
#include "base/image/photo.h"
#include "base/statistics.h"
#include "explain/attribution.h"
#include "explain/forward_session.h"
#include "explain/preprocess.h"
#include "tools/bench/bare_tail.h"

namespace differentia {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Runs job(worker, i) for i in 0 … count−1 on `threads` threads, after each has made ready. Returns
// the seconds of the jobs alone.
double timed_in_parallel(int threads, std::size_t count,
                         const std::function<std::function<void(std::size_t)>()>& make_worker) {
  std::atomic<std::size_t> next{0};
  std::atomic<int> ready{0};
  std::atomic<bool> go{false};
  std::exception_ptr error;
  std::mutex error_mutex;
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&] {
      try {
        const auto work = make_worker();
        ++ready;
        while (!go) std::this_thread::yield();
        for (std::size_t i = next++; i < count; i = next++) work(i);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(error_mutex);
        error = std::current_exception();
        ++ready;
      }
    });
  }
  while (ready < threads) std::this_thread::yield();
  const auto start = Clock::now();
  go = true;
  for (std::thread& worker : workers) worker.join();
  const double seconds = seconds_since(start);
  if (error) std::rethrow_exception(error);
  return seconds;
}

// The photos of `set` that can be read, `per_taxon` of each taxon at most, without masks: the bound
// reads none.
PhotoSet readable_photos(const PhotoSet& set, int per_taxon) {
  PhotoSet result = set;
  result.photos.clear();
  std::vector<int> taken(set.taxa.size());
  for (PhotoEntry entry : set.photos) {
    int& of_taxon = taken[static_cast<std::size_t>(entry.taxon)];
    if (per_taxon > 0 && of_taxon >= per_taxon) continue;
    try {
      photo_size((std::filesystem::path(set.root) / entry.path).string());
    } catch (const PhotoError&) {
      continue;
    }
    ++of_taxon;
    entry.mask.clear();
    result.photos.push_back(std::move(entry));
  }
  return result;
}

// The photos over and over until there are `least`: making the workers' sessions takes its time,
// and a build has thousands of photos.
PhotoSet repeated(PhotoSet set, std::size_t least) {
  const std::vector<PhotoEntry> once = set.photos;
  while (!once.empty() && set.photos.size() < least)
    set.photos.insert(set.photos.end(), once.begin(), once.end());
  std::stable_sort(set.photos.begin(), set.photos.end(),
                   [](const PhotoEntry& a, const PhotoEntry& b) { return a.taxon < b.taxon; });
  return set;
}

// One run of everything over one set, in seconds.
class CollectTimer {
 public:
  CollectTimer(PhotoSet photos, std::shared_ptr<const Model> model, int threads)
      : photos_(std::move(photos)), model_(std::move(model)), threads_(threads) {
    const InputSpec& spec = model_->card().input;
    floats_ = static_cast<std::size_t>(3) * spec.size.width * spec.size.height;
    // Enough photos to keep what is in the caches honest; all of them need not be held.
    held_ = std::min<std::size_t>(photos_.photos.size(), 64);
    inputs_.resize(held_ * floats_);
    const std::size_t stride = photos_.photos.size() / held_;
    for (std::size_t i = 0; i < held_; ++i) {
      const Photo photo = decode_photo(path_of(i * stride), {decode_side(spec)});
      preprocess(photo, spec, gsl::span<float>(inputs_).subspan(i * floats_, floats_));
    }
  }

  std::size_t photos() const { return photos_.photos.size(); }

  double decoding() const {
    return timed_in_parallel(threads_, photos(), [this] {
      return
          [this](std::size_t i) { decode_photo(path_of(i), {decode_side(model_->card().input)}); };
    });
  }

  double forward() const {
    const auto batch = static_cast<std::size_t>(CollectOptions().batch);
    const std::size_t batches = (photos() + batch - 1) / batch;
    return timed_in_parallel(threads_, batches, [&] {
      ForwardOptions options;
      options.layers = {model_->card().layer, model_->card().deep_layer};
      options.batch = static_cast<int>(batch);
      const auto session = std::make_shared<ForwardSession>(model_, options);
      return [this, session, batch](std::size_t i) {
        const std::size_t first = i * batch % (held_ - std::min(held_ - 1, batch - 1));
        const std::size_t count = std::min(batch, held_ - first);
        session->run(gsl::span<const float>(inputs_).subspan(first * floats_, count * floats_),
                     static_cast<int>(count));
      };
    });
  }

  double collecting(bool attribute) const {
    CollectOptions options;
    options.attribute = attribute;
    options.threads = threads_;
    const auto start = Clock::now();
    collect(photos_, model_, outputs_of_taxa(photos_, model_->card(), model_->outputs()), options,
            [](TaxonActivations&&) {});
    return seconds_since(start);
  }

  // Photo-steps of the tail that collect's attribution takes, forward (shared by a photo's targets)
  // and backward (each target's), and what they cost bare, over the cores.
  double attributing() const {
    ForwardOptions forward_options;
    forward_options.layers = {model_->card().layer};
    forward_options.batch = CollectOptions().batch;
    ForwardSession forward(model_, forward_options);
    TailAttribution tail(model_, model_->card().layer);
    const auto outputs = outputs_of_taxa(photos_, model_->card(), model_->outputs());
    double forwards = 0, backwards = 0;
    std::vector<float> input(floats_);
    Grids sample;
    // The targets that collect chooses, photo by photo.
    std::vector<std::vector<int>> targets(photos_.taxa.size());
    CollectOptions options;
    options.attribute = false;
    options.threads = threads_;
    collect(photos_, model_, outputs, options, [&](TaxonActivations&& taxon) {
      targets[static_cast<std::size_t>(taxon.taxon)] = taxon.targets;
    });
    for (std::size_t i = 0; i < photos(); ++i) {
      const Photo photo = decode_photo(path_of(i), {decode_side(model_->card().input)});
      preprocess(photo, model_->card().input, input);
      const ForwardResult result = forward.run(input, 1);
      std::vector<std::vector<Target>> asked(1);
      for (const int output : targets[static_cast<std::size_t>(photos_.photos[i].taxon)]) {
        asked[0].push_back(Target::output(output));
      }
      const auto attributions = tail.run(result.grids[0], asked, &result.outputs);
      int most = 0;
      for (const Attribution& attribution : attributions[0]) {
        most = std::max(most, attribution.evaluations);
        backwards += attribution.evaluations;
      }
      forwards += most;
      sample.values.insert(sample.values.end(), result.grids[0].values.begin(),
                           result.grids[0].values.end());
      sample.height = result.grids[0].height;
      sample.width = result.grids[0].width;
      sample.channels = result.grids[0].channels;
      ++sample.photos;
    }
    const BareTail bare = time_bare_tail(*model_, model_->card().layer, sample);
    return (forwards * bare.forward + backwards * bare.backward) / threads_;
  }

 private:
  std::string path_of(std::size_t i) const {
    return (std::filesystem::path(photos_.root) / photos_.photos[i].path).string();
  }

  const PhotoSet photos_;
  const std::shared_ptr<const Model> model_;
  const int threads_;
  std::size_t floats_ = 0, held_ = 0;
  std::vector<float> inputs_;
};

// Median over the rounds of bound / collect.
BenchRow speed_row(const CollectTimer& timer, bool attribute, int rounds, double target,
                   const ProgressCallback& progress) {
  BenchRow row;
  row.name = attribute ? "collect with attribution: share of the bound"
                       : "collect without attribution: share of the bound";
  const double attributing = attribute ? timer.attributing() : 0;
  std::vector<double> shares, collecting;
  for (int round = 0; round < rounds; ++round) {
    report(progress, {"measuring collect", round, rounds, "rounds", row.name});
    const double bound = timer.decoding() + timer.forward() + attributing;
    collecting.push_back(timer.collecting(attribute));
    shares.push_back(bound / collecting.back());
  }
  row.value = quantile(shares, 0.5);
  row.target = target;
  row.reached = row.value >= target;
  row.n = fmt::format("{} photos, {} rounds from {:.2f} to {:.2f}, {:.1f} ms a photo",
                      timer.photos(), rounds, *std::min_element(shares.begin(), shares.end()),
                      *std::max_element(shares.begin(), shares.end()),
                      1e3 * quantile(collecting, 0.5) / static_cast<double>(timer.photos()));
  return row;
}

// What is allocated now, bytes. What the process holds (its resident set) follows that by steps of
// megabytes, which would drown what a photo takes.
double memory_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

// The given photos over and over, `count` of them, in taxa of a hundred.
PhotoSet many_photos(const PhotoSet& some, int count) {
  PhotoSet many;
  many.root = some.root;
  for (int taxon = 0; taxon < (count + 99) / 100; ++taxon) {
    many.taxa.push_back(fmt::format("taxon {:06}", taxon));
  }
  many.photos.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    PhotoEntry entry = some.photos[static_cast<std::size_t>(i) % some.photos.size()];
    entry.taxon = i / 100;
    many.photos.push_back(std::move(entry));
  }
  return many;
}

// Least squares: how much y grows with each x.
double slope(const std::vector<double>& x, const std::vector<double>& y) {
  const double mean_x = mean(x), mean_y = mean(y);
  double products = 0, squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    products += (x[i] - mean_x) * (y[i] - mean_y);
    squares += (x[i] - mean_x) * (x[i] - mean_x);
  }
  return products / squares;
}

BenchRow memory_row(const PhotoSet& photos, const std::shared_ptr<const Model>& model,
                    const CollectBenchOptions& options, int threads) {
  const double before = memory_in_use();
  const PhotoSet many = many_photos(photos, options.more_photos);
  const double of_set = (memory_in_use() - before) / options.more_photos;
  std::vector<int> outputs;
  for (std::size_t taxon = 0; taxon < many.taxa.size(); ++taxon) {
    outputs.push_back(static_cast<int>(taxon) % model->outputs());
  }
  CollectOptions collecting;
  collecting.attribute = false;
  collecting.threads = threads;
  // What is held goes up and down with the taxa under way; all that counts is how it grows.
  std::vector<double> done, held;
  collect(
      many, model, outputs, collecting, [](TaxonActivations&&) {}, {},
      [&](const Progress& progress) {
        if (progress.done >= options.fewer_photos) {
          done.push_back(static_cast<double>(progress.done));
          held.push_back(memory_in_use());
        }
        return true;
      });
  const double of_collecting = slope(done, held);
  BenchRow row;
  row.name = "collect: memory for each further photo";
  row.value = of_set + of_collecting;
  row.unit = "bytes";
  row.target = 1024;
  row.reached = row.value < row.target;
  row.n = fmt::format(
      "slope from {} to {} photos; {:.0f} bytes of it are the photo set's, {:.0f} collecting's; "
      "{:.0f} MB allocated on average",
      options.fewer_photos, options.more_photos, of_set, of_collecting, mean(held) / 1e6);
  return row;
}

}  // namespace

std::vector<BenchRow> bench_collect(const CollectBenchOptions& options,
                                    const ProgressCallback& progress) {
  const int threads = options.threads > 0
                          ? options.threads
                          : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const PhotoSet all = read_photo_set(options.photos);
  const PhotoSet photos = readable_photos(all, options.photos_per_taxon);
  std::vector<BenchRow> rows;
  if (options.memory) {
    report(progress, {"measuring collect", 0, 0, "rounds", "memory"});
    const auto small =
        Model::load(options.small_model.empty() ? options.model : options.small_model);
    rows.push_back(memory_row(photos, small, options, threads));
  }
  if (!options.speed) return rows;
  const auto model = Model::load(options.model);
  {
    const CollectTimer timer(repeated(photos, 6000), model, threads);
    rows.push_back(speed_row(timer, false, options.rounds, 0.90, progress));
  }
  const CollectTimer timer(readable_photos(all, options.attributed_per_taxon), model, threads);
  rows.push_back(speed_row(timer, true, options.rounds, 0.85, progress));
  return rows;
}

}  // namespace differentia

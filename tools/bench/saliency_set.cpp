#include "tools/bench/saliency_set.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "atlas/collect.h"
#include "base/error.h"
#include "explain/measures/reference_maps.h"

namespace differentia {

namespace {

namespace fs = std::filesystem;

// A map of more passes than this is run over fewer photos, in proportion.
constexpr int kPasses = 250;
constexpr int kLeastPhotos = 2;
constexpr int kSteps = 14;  // of deletion and insertion: half of the usual, for half the time

struct Work {
  std::vector<PhotoEntry> photos;
  std::vector<int> outputs;  // of each photo
  std::vector<SaliencyOptions> ways;
  std::vector<int> counts, extras;  // of each way: photos, and photos with the costly measures
};

Work choose(const PhotoSet& set, const Model& model, const SaliencySetOptions& options) {
  Work work;
  const auto outputs = outputs_of_taxa(set, model.card(), model.outputs());
  const int each = std::max(1, (options.count + static_cast<int>(set.taxa.size()) - 1) /
                                   static_cast<int>(set.taxa.size()));
  // The first of every taxon, then the second of every taxon …, so that the first few are a sample
  // of all.
  std::vector<std::vector<const PhotoEntry*>> by_taxon(set.taxa.size());
  for (const PhotoEntry& photo : set.photos) {
    auto& of_taxon = by_taxon[static_cast<std::size_t>(photo.taxon)];
    if (photo.split != "train" && outputs[static_cast<std::size_t>(photo.taxon)] >= 0)
      of_taxon.push_back(&photo);
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(each); ++i) {
    for (const auto& of_taxon : by_taxon) {
      if (i >= of_taxon.size() || static_cast<int>(work.photos.size()) >= options.count) continue;
      work.photos.push_back(*of_taxon[i]);
      work.outputs.push_back(outputs[static_cast<std::size_t>(of_taxon[i]->taxon)]);
    }
  }
  if (work.photos.empty()) {
    throw InputError("No photo of " + options.photos +
                     " is held out and of a taxon that the model knows.");
  }
  for (const Method* method : saliency_methods()) {
    const auto& wanted = options.methods;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), method->name) == wanted.end()) {
      continue;
    }
    SaliencyOptions way;
    way.method = method->name;
    work.ways.push_back(way);
  }
  return work;
}

std::string in_root(const PhotoSet& set, const std::string& path) {
  return (fs::path(set.root) / path).string();
}

// How many photos each way is run over, from the passes it takes for one.
void plan(Work& work, const PhotoSet& set, const std::shared_ptr<const Model>& model,
          const SaliencySetOptions& options, const ProgressCallback& progress) {
  const int photos = static_cast<int>(work.photos.size());
  MeasureOptions nothing;
  nothing.blur = nothing.mean = nothing.redraw = nothing.contrast = false;
  const Photo photo = decode_photo(in_root(set, work.photos[0].path));
  MeasureSession session(model);
  for (const SaliencyOptions& way : work.ways) {
    report(progress, {"saliency of " + options.name, 0, photos, "photos", way.method});
    int count = photos, extra = std::min(options.extra, photos);
    if (options.methods.empty()) {
      const MapMeasures one =
          session.run(photo, Target::output(work.outputs[0]), {&way, 1}, {}, nullptr, nothing)[0];
      const int passes = one.forward_passes + 2 * one.backward_passes;
      if (passes > kPasses) {
        count = std::min(count, std::max(kLeastPhotos, count * kPasses / passes));
        extra = extra * kPasses / passes;
      }
    }
    work.counts.push_back(count);
    work.extras.push_back(extra);
  }
}

}  // namespace

int SaliencyRow::count() const {
  return static_cast<int>(
      std::count_if(photos.begin(), photos.end(), [](const auto& one) { return one.has_value(); }));
}

SaliencySet measure_saliency(const SaliencySetOptions& options, const ProgressCallback& progress) {
  for (const std::string& name : options.methods) saliency_method(name);  // throws
  const PhotoSet photos = read_photo_set(options.photos);
  const auto model = Model::load(options.model);
  Work work = choose(photos, *model, options);
  plan(work, photos, model, options, progress);

  SaliencySet set;
  set.name = options.name;
  set.photos = static_cast<int>(work.photos.size());
  std::map<std::string, std::int64_t> observations;
  for (const PhotoEntry& photo : work.photos) {
    const std::string name = photo.observation.empty() ? photo.path : photo.observation;
    set.groups.push_back(
        observations.emplace(name, static_cast<std::int64_t>(observations.size())).first->second);
  }
  for (const char* title : {"the photo's centre", "random grid", "random pixels"})
    set.rows.push_back({title});
  for (const SaliencyOptions& way : work.ways) {
    const Method& method = saliency_method(way.method);
    set.rows.push_back({method.title, &method});
  }
  for (SaliencyRow& row : set.rows) row.photos.resize(work.photos.size());
  const std::size_t references = set.rows.size() - work.ways.size();

  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto measure_photo = [&](MeasureSession& session, std::size_t p) {
    const PhotoEntry& entry = work.photos[p];
    const Photo photo = decode_photo(in_root(photos, entry.path));
    std::optional<SubjectMask> mask;
    if (!entry.mask.empty()) mask = SubjectMask::read(in_root(photos, entry.mask), photo.full_size);
    const Target target = Target::output(work.outputs[p]);
    const Size size = measure_size(*model, photo.full_size);
    const LayerInfo& deep = model->layer(model->card().deep_layer);
    const auto stream = static_cast<std::uint32_t>(p);
    const std::vector<cv::Mat> maps{
        centre_map(size), random_map(size, {deep.width, deep.height}, options.seed, stream),
        random_map(size, size, options.seed, stream)};

    // Once with the costly measures, once without.
    MeasureOptions all;
    all.steps = kSteps;
    MeasureOptions cheap = all;
    cheap.redraw = cheap.contrast = false;
    for (const bool extra : {true, false}) {
      std::vector<SaliencyOptions> ways;
      std::vector<std::size_t> rows;
      for (std::size_t w = 0; w < work.ways.size(); ++w) {
        const bool wanted = static_cast<int>(p) < work.counts[w];
        if (!wanted || (static_cast<int>(p) < work.extras[w]) != extra) continue;
        ways.push_back(work.ways[w]);
        rows.push_back(references + w);
      }
      if (ways.empty() && extra) continue;
      const gsl::span<const cv::Mat> others(maps);
      const auto results = session.run(photo, target, ways, extra ? others.first(0) : others,
                                       mask ? &*mask : nullptr, extra ? all : cheap);
      for (std::size_t i = 0; i < results.size(); ++i) {
        SaliencyRow& row = set.rows[i < rows.size() ? rows[i] : i - rows.size()];
        if (results[i].refused.empty()) {
          row.photos[p] = results[i];
        } else {
          const std::lock_guard<std::mutex> lock(mutex);
          row.refused = results[i].refused;
        }
      }
    }
  };
  const auto work_on = [&](const ProgressCallback& told) {
    try {
      MeasureSession session(model, options.seed);
      while (!stop) {
        const std::size_t p = next++;
        if (p >= work.photos.size()) break;
        measure_photo(session, p);
        report(told, {"saliency of " + options.name, static_cast<std::int64_t>(p) + 1, set.photos,
                      "photos", ""});
      }
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!failure) failure = std::current_exception();
      stop = true;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < options.threads; ++i) threads.emplace_back(work_on, ProgressCallback());
  work_on(progress);  // on this thread, which alone reports
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
  return set;
}

double mean_of(const SaliencyRow& row, MeasureField field) {
  std::vector<double> values;
  for (const auto& one : row.photos) {
    if (one && !std::isnan((*one).*field)) values.push_back((*one).*field);
  }
  return mean(values);
}

Estimate paired_difference(const SaliencySet& set, const SaliencyRow& row,
                           const SaliencyRow& reference, MeasureField field) {
  std::vector<double> differences;
  std::vector<std::int64_t> groups;
  for (std::size_t p = 0; p < row.photos.size(); ++p) {
    if (!row.photos[p] || !reference.photos[p]) continue;
    const double difference = (*row.photos[p]).*field - (*reference.photos[p]).*field;
    if (std::isnan(difference)) continue;
    differences.push_back(difference);
    groups.push_back(set.groups[p]);
  }
  return bootstrap_mean(differences, groups, 1);
}

}  // namespace differentia

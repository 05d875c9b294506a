#include "explain/measures/measure.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "explain/measures/contrastive.h"
#include "explain/measures/deletion_insertion.h"
#include "explain/measures/inside_mask.h"
#include "explain/measures/pointing_game.h"
#include "explain/measures/randomisation.h"
#include "explain/measures/subject_pixels.h"
#include "explain/network_torch.h"

namespace differentia {

namespace {

constexpr int kBatch = 16;

Target negated(Target target) {
  for (auto& weight : target.weights) weight.second = -weight.second;
  target.offset = -target.offset;
  return target;
}

bool has_probability(const Model& model, const Target& target) {
  return model.card().head != Head::kRegression && target.layer.empty();
}

// What is measured of any map of one photo; made once for all of them.
class PhotoMeasures {
 public:
  PhotoMeasures(const std::shared_ptr<const Model>& model, const Photo& photo, const Target& target,
                const SubjectMask* mask, const MeasureOptions& options)
      : options_(options), photo_(photo.full_size), mask_(mask) {
    if ((options.blur || options.mean) && has_probability(*model, target)) {
      DeletionOptions deletion;
      deletion.steps = options.steps;
      deletion_.emplace(model, photo, target, deletion);
    }
    if (mask != nullptr) pointing_.emplace(*mask, photo_);
  }

  void measure(const cv::Mat& map, MapMeasures& measures) {
    if (deletion_ && options_.blur) {
      const DeletionInsertion areas = deletion_->run(map, Fill::kBlur);
      measures.deletion_blur = areas.deletion;
      measures.insertion_blur = areas.insertion;
    }
    if (deletion_ && options_.mean) {
      const DeletionInsertion areas = deletion_->run(map, Fill::kMean);
      measures.deletion_mean = areas.deletion;
      measures.insertion_mean = areas.insertion;
    }
    if (mask_ == nullptr) return;
    if (subject_.size() != map.size())
      subject_ = subject_pixels(*mask_, photo_, {map.cols, map.rows});
    const InsideMask inside = inside_mask(map, subject_);
    measures.inside = inside.positive;
    measures.rank_accuracy = inside.rank_accuracy;
    measures.area = inside.area;
    measures.pointing = pointing_->play(map);
    measures.pointing_centre = pointing_->play_centre();
  }

 private:
  MeasureOptions options_;
  Size photo_;
  const SubjectMask* mask_;
  std::optional<DeletionTest> deletion_;
  std::optional<PointingGame> pointing_;
  cv::Mat subject_;
};

}  // namespace

Size measure_size(const Model& model, Size photo) {
  const InputGeometry geometry = input_geometry(model.card().input, photo);
  return {std::max(1, static_cast<int>(std::lround(photo.width * geometry.scale_x))),
          std::max(1, static_cast<int>(std::lround(photo.height * geometry.scale_y)))};
}

MeasureSession::MeasureSession(std::shared_ptr<const Model> model, std::uint64_t seed)
    : model_(std::move(model)), seed_(seed), session_(model_, kBatch, 1) {}

MeasureSession::~MeasureSession() = default;

std::vector<MapMeasures> MeasureSession::run(const Photo& photo, const Target& target,
                                             gsl::span<const SaliencyOptions> ways,
                                             gsl::span<const cv::Mat> maps, const SubjectMask* mask,
                                             const MeasureOptions& options,
                                             const ProgressCallback& progress) {
  for (const SaliencyOptions& way : ways) {
    MethodValues(saliency_method(way.method), way.options);  // throws
    for (const std::string& layer : way.layers) model_->layer(layer);
  }
  const int count = target.layer.empty() ? model_->outputs() : model_->layer(target.layer).channels;
  for (const auto& [index, weight] : target.weights) {
    if (index < 0 || index >= count)
      throw InputError("The model has no output " + std::to_string(index) + ".");
  }
  const OneThread one_thread;
  PhotoMeasures of_photo(model_, photo, target, mask, options);
  const Size size = measure_size(*model_, photo.full_size);
  std::vector<MapMeasures> results;
  for (SaliencyOptions way : ways) {
    MapMeasures measures;
    way.rectified = false;
    try {
      const Saliency saliency = session_.run(photo, target, way, size, progress);
      measures.seconds = saliency.seconds;
      measures.forward_passes = saliency.forward_passes;
      measures.backward_passes = saliency.backward_passes;
      measures.warnings = saliency.warnings;
      measures.completeness = std::abs(saliency.completeness_error / saliency.difference);
      of_photo.measure(saliency.map, measures);
      if (saliency_method(way.method).needs_model) {
        if (options.redraw) measure_redrawn(photo, target, way, saliency.map, progress, measures);
        if (options.contrast) measure_contrast(photo, target, way, saliency, progress, measures);
      }
    } catch (const InputError& error) {
      measures.refused = error.what();
    }
    results.push_back(std::move(measures));
  }
  for (const cv::Mat& map : maps) {
    MapMeasures measures;
    of_photo.measure(map, measures);
    results.push_back(std::move(measures));
  }
  return results;
}

void MeasureSession::measure_redrawn(const Photo& photo, const Target& target,
                                     const SaliencyOptions& way, const cv::Mat& map,
                                     const ProgressCallback& progress, MapMeasures& measures) {
  const Size size{map.cols, map.rows};
  const auto correlation = [&](std::unique_ptr<SaliencySession>& session, Redraw which) {
    if (!session) {
      session = std::make_unique<SaliencySession>(redrawn_model(*model_, which, seed_), kBatch, 1);
    }
    return map_correlation(map, session->run(photo, target, way, size, progress).map);
  };
  try {
    measures.redrawn_head = correlation(redrawn_head_, Redraw::kHead);
    measures.redrawn_all = correlation(redrawn_all_, Redraw::kAll);
  } catch (const InputError& error) {  // the map of the model as it is stands nevertheless
    measures.warnings.emplace_back(error.what());
  }
}

void MeasureSession::measure_contrast(const Photo& photo, const Target& target,
                                      const SaliencyOptions& way, const Saliency& saliency,
                                      const ProgressCallback& progress, MapMeasures& measures) {
  const Size size{saliency.map.cols, saliency.map.rows};
  const bool one_output = target.layer.empty() && target.weights.size() == 1;
  if (!one_output) {
    measures.antisymmetry = antisymmetry_error(
        saliency.map, session_.run(photo, negated(target), way, size, progress).map);
    return;
  }
  const int own = target.weights[0].first;
  int rival = -1;
  for (int i = 0; i < static_cast<int>(saliency.outputs.size()); ++i) {
    if (i != own && (rival < 0 || saliency.outputs[i] > saliency.outputs[rival])) rival = i;
  }
  if (rival < 0) return;
  const std::vector<Target> targets{Target::output(rival), Target::difference(own, rival),
                                    Target::difference(rival, own)};
  const auto maps = session_.run(photo, targets, {&way, 1}, size, progress)[0];
  measures.rival = map_correlation(saliency.map, maps[0].map);
  measures.antisymmetry = antisymmetry_error(maps[1].map, maps[2].map);
}

}  // namespace differentia

#include "atlas/collect_worker.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>

#include "atlas/collect_plan.h"
#include "atlas/store/records.h"
#include "base/image/mask.h"
#include "base/image/photo.h"
#include "explain/preprocess.h"

namespace differentia {
namespace {

constexpr float kLargestHalf = 65504;  // beyond it is infinity
constexpr float kNoMask = std::numeric_limits<float>::quiet_NaN();

ForwardOptions forward_options(const CollectSetting& setting) {
  ForwardOptions options;
  options.layers = {setting.layer.path};
  if (!setting.same_layer()) options.layers.push_back(setting.deep.path);
  options.batch = setting.options.batch;
  return options;
}

std::vector<float> subject_of_cells(const SubjectMask& mask, const InputGeometry& geometry,
                                    const GridGeometry& grid) {
  std::vector<float> shares;
  shares.reserve(static_cast<std::size_t>(grid.height) * grid.width);
  for (int row = 0; row < grid.height; ++row) {
    for (int column = 0; column < grid.width; ++column) {
      shares.push_back(static_cast<float>(mask.share(geometry.to_photo(grid.box(row, column)))));
    }
  }
  return shares;
}

std::string path_of(const PhotoSet& photos, const std::string& relative) {
  return (std::filesystem::path(photos.root) / relative).string();
}

}  // namespace

CollectSetting::CollectSetting(const PhotoSet& photo_set, std::shared_ptr<const Model> shared_model,
                               const CollectOptions& collect_options)
    : photos(photo_set),
      model(std::move(shared_model)),
      options(collect_options),
      layer(model->layer(model->card().layer)),
      deep(model->layer(model->card().deep_layer)) {}

std::size_t CollectSetting::input_floats() const {
  const Size size = model->card().input.size;
  return static_cast<std::size_t>(3) * size.width * size.height;
}

CollectWorker::CollectWorker(const CollectSetting& setting)
    : setting_(setting), forward_(setting.model, forward_options(setting)) {
  if (!setting.options.attribute) return;
  attribution_ = std::make_unique<TailAttribution>(setting.model, setting.layer.path);
  deep_attribution_ = std::make_unique<TailAttribution>(setting.model, setting.deep.path);
  if (!deep_attribution_->closed_form()) deep_attribution_.reset();
}

void CollectWorker::decode(PhotoWork& work, gsl::span<float> input) const {
  const PhotoEntry& entry = setting_.photos.photos[static_cast<std::size_t>(work.photo)];
  const InputSpec& spec = setting_.model->card().input;
  InputGeometry geometry;
  try {
    const Photo photo = decode_photo(path_of(setting_.photos, entry.path), {decode_side(spec)});
    geometry = preprocess(photo, spec, input);
    work.outcome.width = photo.full_size.width;
    work.outcome.height = photo.full_size.height;
    if (!photo.repair.empty()) {
      work.outcome.status = PhotoOutcome::Status::kRepaired;
      work.outcome.reason = photo.repair;
    }
  } catch (const PhotoError& error) {
    work.outcome.status = PhotoOutcome::Status::kUnreadable;
    work.outcome.reason = error.reason;
    return;
  }
  if (entry.mask.empty()) return;
  try {
    const SubjectMask mask =
        SubjectMask::read(path_of(setting_.photos, entry.mask), geometry.photo);
    work.outcome.subject = mask.bounds();
    work.layer_subject = subject_of_cells(mask, geometry, setting_.layer.grid);
    work.deep_subject = subject_of_cells(mask, geometry, setting_.deep.grid);
  } catch (const MaskError& error) {
    if (!work.outcome.reason.empty()) work.outcome.reason += "; ";
    work.outcome.reason += store::kMaskLeftOut + error.reason;
  }
}

ForwardResult CollectWorker::forward(gsl::span<const float> inputs, int photos) {
  return forward_.run(inputs, photos);
}

void CollectWorker::keep(const ForwardResult& result, const std::vector<int>& targets,
                         gsl::span<PhotoWork* const> works) {
  const Grids& layer = result.grids.front();
  const Grids& deep = result.grids.back();
  std::vector<std::vector<Attribution>> at_layer, at_deep;
  if (attribution_ && !targets.empty()) {
    std::vector<Target> asked;
    for (const int output : targets) asked.push_back(Target::output(output));
    const std::vector<std::vector<Target>> asked_of_each(works.size(), asked);
    at_layer = attribution_->run(layer, asked_of_each, &result.outputs);
    if (deep_attribution_) at_deep = deep_attribution_->run(deep, asked_of_each, &result.outputs);
  }
  for (std::size_t i = 0; i < works.size(); ++i) {
    PhotoWork& work = *works[i];
    PhotoOutcome& outcome = work.outcome;
    const auto logits = result.outputs.row(i);
    for (const int output : targets)
      outcome.logits.push_back(logits[static_cast<std::size_t>(output)]);
    outcome.predicted =
        static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
    outcome.residual = std::numeric_limits<double>::quiet_NaN();
    if (!at_layer.empty()) {
      outcome.residual = 0;
      for (const Attribution& attribution : at_layer[i]) {
        outcome.residual = std::max(outcome.residual, std::abs(attribution.residual));
        outcome.steps = std::max(outcome.steps, attribution.steps);
      }
    }
    const std::string& path = setting_.photos.photos[static_cast<std::size_t>(work.photo)].path;
    const CollectOptions& options = setting_.options;
    const int cells = layer.height * layer.width;
    work.layer.positions =
        sample_positions(cells, work.whole_grid ? cells : options.samples_per_photo, path,
                         "layer positions", options.seed);
    work.deep.positions = sample_positions(deep.height * deep.width, options.deep_per_photo, path,
                                           "deep positions", options.seed);
    keep_positions(layer, static_cast<int>(i), at_layer.empty() ? nullptr : &at_layer[i],
                   work.layer_subject, work.layer);
    keep_positions(deep, static_cast<int>(i), at_deep.empty() ? nullptr : &at_deep[i],
                   work.deep_subject, work.deep);
    work.layer_subject = {};
    work.deep_subject = {};
  }
}

void CollectWorker::keep_positions(const Grids& grids, int index,
                                   const std::vector<Attribution>* attributions,
                                   const std::vector<float>& cell_subject,
                                   KeptPositions& kept) const {
  const auto channels = static_cast<std::size_t>(grids.channels);
  const std::size_t targets = attributions != nullptr ? attributions->size() : 0;
  kept.activation.resize(kept.positions.size() * channels);
  Imath::half* next = kept.activation.data();
  kept.attribution.reserve(kept.positions.size() * targets);
  kept.subject.reserve(kept.positions.size());
  for (const std::uint16_t position : kept.positions) {
    const auto activation = grids.at(index, position / grids.width, position % grids.width);
    for (const float value : activation)
      *next++ = Imath::half(std::clamp(value, -kLargestHalf, kLargestHalf));
    for (std::size_t target = 0; target < targets; ++target) {
      kept.attribution.push_back((*attributions)[target].values[position]);
    }
    kept.subject.push_back(cell_subject.empty() ? kNoMask : cell_subject[position]);
  }
}

}  // namespace differentia

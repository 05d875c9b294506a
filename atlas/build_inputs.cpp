#include "atlas/build_inputs.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "atlas/collect_plan.h"
#include "base/error.h"
#include "base/sha256.h"
#include "explain/attribution.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;

std::string cannot_be_found(const std::string& path, const std::string& reason) {
  return fmt::format("It cannot be told where '{}' lies ({}); give another path.", path, reason);
}

// Every option that changes the result, defaults included.
std::string options_json(const BuildOptions& options) {
  const auto layout = [](const LayoutOptions& l) {
    return nlohmann::json{{"neighbours", l.neighbours},
                          {"min_dist", l.min_dist},
                          {"spread", l.spread},
                          {"epochs", l.epochs},
                          {"negative_samples", l.negative_samples},
                          {"learning_rate", l.learning_rate}};
  };
  const nlohmann::json json{
      {"photos_per_taxon", options.photos_per_taxon},
      {"points_per_taxon", options.points_per_taxon},
      {"points_of_all", options.points_of_all},
      {"device", options.model_options.device},
      {"collect",
       {{"grids_per_taxon", options.collect.grids_per_taxon},
        {"samples_per_photo", options.collect.samples_per_photo},
        {"deep_per_photo", options.collect.deep_per_photo},
        {"rivals", options.collect.rivals},
        {"attribute", options.collect.attribute},
        {"batch", options.collect.batch}}},
      {"concepts",
       {{"min_concepts", options.concepts.min_concepts},
        {"max_concepts", options.concepts.max_concepts},
        {"exemplars", options.concepts.exemplars},
        {"place_factor", options.place_factor}}},
      {"taxon_layout", layout(options.taxon_layout)},
      {"all_layout", layout(options.all_layout)},
      {"cells",
       {{"coarsest_bins", options.cells.coarsest_bins},
        {"finest_bins", options.cells.finest_bins},
        {"points_per_cell", options.cells.points_per_cell}}},
      {"icons", options.icons == IconKind::kPhoto ? "photo" : "optimised"},
      {"icon_cells", options.icon_cells},
      {"visualisation",
       {{"steps", options.visualisation.steps},
        {"learning_rate", options.visualisation.learning_rate},
        {"power", options.visualisation.power},
        {"contrast", options.visualisation.contrast},
        {"cells", options.visualisation.cells},
        {"jitter", options.visualisation.jitter},
        {"batch", options.visualisation.batch}}},
  };
  return json.dump();
}

// Of the list of photos with all its columns, and of the files' lengths, so that a build does not
// go on over photos that were exchanged meanwhile.
std::string photos_sha256(const PhotoSet& set) {
  std::string text;
  const auto add = [&text](const std::string& value) {
    text += std::to_string(value.size());
    text += ':';
    text += value;
  };
  const auto add_length = [&](const std::string& path) {
    std::error_code error;
    const auto bytes = path.empty() ? 0 : fs::file_size(fs::path(set.root) / path, error);
    add(error ? "-" : std::to_string(bytes));
  };
  for (const auto& taxon : set.taxa) add(taxon);
  for (const auto& photo : set.photos) {
    add(std::to_string(photo.taxon));
    for (const auto* value : {&photo.path, &photo.mask, &photo.split, &photo.form,
                              &photo.observation, &photo.observer, &photo.date, &photo.latitude,
                              &photo.longitude, &photo.licence, &photo.credit, &photo.url})
      add(*value);
    for (std::size_t i = 0; i < photo.extra.size(); ++i) {
      add(set.extra_columns[i]);
      add(photo.extra[i]);
    }
    add_length(photo.path);
    add_length(photo.mask);
  }
  return sha256_of(text);
}

// From the atlas's folder to `path`. Absolute first: of a relative path of which nothing exists yet
// weakly_canonical makes no absolute one.
std::string relative_to_atlas(const fs::path& path, const std::string& atlas) {
  std::error_code error;
  const auto to = fs::weakly_canonical(fs::absolute(path), error);
  if (error) throw FileError(path.string(), cannot_be_found(path.string(), error.message()));
  const auto from = fs::weakly_canonical(fs::absolute(atlas), error);
  if (error) throw FileError(atlas, cannot_be_found(atlas, error.message()));
  return to.lexically_relative(from).generic_string();
}

// The file's own name is kept even where it is a link, because its card lies beside that name.
std::string relative_model(const std::string& model, const std::string& atlas) {
  const auto path = fs::absolute(model);
  return (fs::path(relative_to_atlas(path.parent_path(), atlas)) / path.filename())
      .generic_string();
}

// What cannot be built is refused before a photo is read or a folder made.
void check_options(const BuildOptions& options) {
  const auto require = [](bool holds, const char* sentence) {
    if (!holds) throw InputError(sentence);
  };
  require(options.threads >= 0, "The number of threads must be 0 (all cores) or more.");
  require(options.photos_per_taxon >= 0, "The photos of a taxon must be 0 (all) or more.");
  require(options.points_per_taxon >= 1, "A map of a taxon needs at least 1 point.");
  require(options.points_of_all >= 0,
          "The points of the map of all taxa must be 0 (no such map) or more.");
  require(options.collect.grids_per_taxon >= 0 && options.collect.samples_per_photo >= 0,
          "The numbers of whole grids and of samples must be 0 or more.");
  require(options.collect.grids_per_taxon > 0 || options.collect.samples_per_photo > 0,
          "With neither whole grids nor samples nothing is kept of a photo: ask for one of them.");
  require(options.collect.deep_per_photo >= 1,
          "At least 1 position of each photo is needed at the deep layer.");
  require(options.collect.rivals >= 0, "The number of rivals must be 0 or more.");
  require(options.concepts.min_concepts >= 1, "The least number of concepts must be 1 or more.");
  if (options.concepts.max_concepts < options.concepts.min_concepts)
    throw InputError(fmt::format(
        "At most {} concepts and at least {} cannot both be had: raise the one or lower the other.",
        options.concepts.max_concepts, options.concepts.min_concepts));
  require(options.concepts.exemplars >= 0, "The number of exemplars must be 0 or more.");
  require(options.icon_cells > 0, "An icon's patch must be more than 0 grid positions wide.");
}

store::LayerRecord layer_record(std::int32_t id, const char* role, const LayerInfo& info,
                                Size input) {
  store::LayerRecord record;
  record.id = id;
  record.path = info.path;
  record.role = role;
  record.channels = info.channels;
  record.grid = info.grid;
  record.grid.height = info.height;
  record.grid.width = info.width;
  record.input = input;
  return record;
}

std::vector<std::string> labels_of(const BuildInputs& inputs) {
  const auto& card = inputs.model->card();
  if (!card.labels.empty()) return card.labels;
  std::vector<std::string> labels;
  labels.reserve(static_cast<std::size_t>(inputs.model->outputs()));
  for (int i = 0; i < inputs.model->outputs(); ++i) labels.push_back(fmt::format("output {}", i));
  for (std::size_t t = 0; t < inputs.outputs.size(); ++t)
    if (inputs.outputs[t] >= 0)
      labels[static_cast<std::size_t>(inputs.outputs[t])] = inputs.photos.taxa[t];
  return labels;
}

}  // namespace

void limit_photos(PhotoSet& set, int most, std::uint64_t seed) {
  if (most <= 0) return;
  std::vector<PhotoEntry> kept;
  for (std::size_t first = 0; first < set.photos.size();) {
    std::vector<std::int32_t> taxon_photos;
    for (auto i = first; i < set.photos.size() && set.photos[i].taxon == set.photos[first].taxon;
         ++i)
      taxon_photos.push_back(static_cast<std::int32_t>(i));
    first += taxon_photos.size();
    auto order = spread_over_observations(set, taxon_photos, seed);
    order.resize(std::min(order.size(), static_cast<std::size_t>(most)));
    std::sort(order.begin(), order.end());
    for (const auto i : order) kept.push_back(set.photos[static_cast<std::size_t>(i)]);
  }
  set.photos = std::move(kept);
}

BuildInputs read_build_inputs(const BuildOptions& options) {
  check_options(options);
  BuildInputs inputs;
  inputs.photos = read_photo_set(options.photos);
  limit_photos(inputs.photos, options.photos_per_taxon, options.seed);
  inputs.model = Model::load(options.model, options.model_options);
  const auto& model = *inputs.model;
  const auto& card = model.card();
  if (options.collect.attribute)
    for (const auto& layer : {card.layer, card.deep_layer}) require_attributable(model, layer);
  inputs.outputs = outputs_of_taxa(inputs.photos, card, model.outputs());

  auto& head = inputs.head;
  head.provenance.program_version = DIFFERENTIA_VERSION;
  head.provenance.model_name =
      card.name.empty() ? fs::path(model.path()).stem().string() : card.name;
  head.provenance.model_sha256 = model.sha256();
  head.provenance.model_card = card_json(card);
  head.provenance.options = options_json(options);
  head.provenance.seed = options.seed;
  head.provenance.photos_sha256 = photos_sha256(inputs.photos);
  head.provenance.photo_root_hint = relative_to_atlas(inputs.photos.root, options.output);
  head.provenance.model_path_hint = relative_model(options.model, options.output);
  head.labels = labels_of(inputs);
  head.layers = {
      layer_record(kLayer, "layer", model.layer(card.layer), card.input.size),
      layer_record(kDeepLayer, "deep_layer", model.layer(card.deep_layer), card.input.size)};
  return inputs;
}

}  // namespace differentia

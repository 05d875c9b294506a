#include "atlas/build_map.h"

#include <algorithm>
#include <numeric>

#include <opencv2/imgproc.hpp>

#include "atlas/build_icons.h"
#include "atlas/cells.h"
#include "atlas/layout.h"
#include "base/random.h"

namespace differentia {
namespace {

// The positions that become points: all, or `most` at random, the concepts' medoids among them.
// Ascending.
std::vector<std::size_t> choose_points(std::size_t positions, std::size_t most,
                                       const ConceptSet& concepts, Random random) {
  std::vector<std::size_t> chosen(positions);
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  if (positions <= most) return chosen;
  std::vector<bool> wanted(positions);
  std::size_t count = 0;
  for (const auto& c : concepts.concepts) {
    if (c.record.medoid < 0) continue;
    const auto medoid = static_cast<std::size_t>(c.record.medoid);
    count += wanted[medoid] ? 0 : 1;
    wanted[medoid] = true;
  }
  random.shuffle(chosen);
  for (const auto i : chosen) {
    if (count >= most) break;
    count += wanted[i] ? 0 : 1;
    wanted[i] = true;
  }
  chosen.clear();
  for (std::size_t i = 0; i < positions; ++i)
    if (wanted[i]) chosen.push_back(i);
  return chosen;
}

template <typename T>
std::vector<T> rows_of(const std::vector<T>& values, const std::vector<std::size_t>& chosen,
                       std::size_t width) {
  std::vector<T> rows;
  if (values.empty()) return rows;
  rows.reserve(chosen.size() * width);
  for (const auto i : chosen)
    rows.insert(rows.end(), values.begin() + static_cast<std::ptrdiff_t>(i * width),
                values.begin() + static_cast<std::ptrdiff_t>((i + 1) * width));
  return rows;
}

}  // namespace

MapSummary add_map(store::Writer& writer, const BuildInputs& inputs, const BuildOptions& options,
                   const Normalisation& normalisation, const MapJob& job,
                   const ProgressCallback& progress) {
  const auto& positions = job.positions;
  if (positions.size() == 0) return {};
  const auto& layer = inputs.head.layers[static_cast<std::size_t>(job.layer)];
  const auto channels = static_cast<std::size_t>(layer.channels);
  const auto targets = job.targets.size();

  ConceptOptions concept_options = options.concepts;
  concept_options.seed = options.seed;
  concept_options.place = job.place_weight;
  const ConceptSet concepts =
      find_concepts(positions, normalisation, job.photos, layer.grid, concept_options, progress);

  const auto chosen = choose_points(
      positions.size(), job.points, concepts,
      Random(options.seed, stream_id("map points"), static_cast<std::uint32_t>(job.taxon)));
  store::MapContents map;
  map.taxon = job.taxon;
  map.layer = job.layer;
  map.place_weight = concepts.place;
  map.targets = job.targets;
  map.activations = rows_of(positions.activation, chosen, channels);
  Matrix unit(chosen.size(), channels);
  normalisation.apply(gsl::span<const Imath::half>(map.activations), gsl::span<float>(unit.values));
  const Layout layout = fit_unit_square(lay_out(unit, job.layout, progress));
  map.points.x = layout.x;
  map.points.y = layout.y;
  map.points.photo = rows_of(positions.photo, chosen, 1);
  map.points.row = rows_of(positions.row, chosen, 1);
  map.points.column = rows_of(positions.column, chosen, 1);
  map.points.concept_number = rows_of(concepts.concept_number, chosen, 1);
  map.points.attribution = rows_of(positions.attribution, chosen, targets);
  map.points.subject = rows_of(positions.subject, chosen, 1);

  CellInput cell_input;
  cell_input.layout = &layout;
  cell_input.unit = &unit;
  cell_input.attribution = map.points.attribution;
  cell_input.targets = static_cast<int>(targets);
  cell_input.subject = map.points.subject;
  cell_input.concept_number = map.points.concept_number;
  for (auto& level : make_cells(cell_input, options.cells)) {
    map.level_bins.push_back(level.bins);
    map.levels.push_back(std::move(level.cells));
  }
  map.centroids = concepts.centroids.values;
  const auto labels =
      label_places(layout, map.points.concept_number, static_cast<int>(concepts.concepts.size()));
  for (std::size_t c = 0; c < concepts.concepts.size(); ++c) {
    auto record = concepts.concepts[c].record;
    record.label_x = static_cast<float>(labels[c].x);
    record.label_y = static_cast<float>(labels[c].y);
    if (record.medoid >= 0) {
      const auto at =
          std::lower_bound(chosen.begin(), chosen.end(), static_cast<std::size_t>(record.medoid));
      record.medoid = static_cast<std::int32_t>(at - chosen.begin());
    }
    map.concepts.push_back(record);
    map.exemplars.push_back(concepts.concepts[c].exemplars);
  }
  add_icons(writer, inputs, options, normalisation, unit, map, progress);
  writer.add_map(map);
  return {static_cast<std::int64_t>(chosen.size()), static_cast<std::int64_t>(map.concepts.size()),
          concepts.prevalence_on_tested};
}

}  // namespace differentia

#include "atlas/build_icons.h"

#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "atlas/icons.h"
#include "atlas/store/format.h"

namespace differentia {
namespace {

std::int32_t add_tile(store::Writer& writer, const cv::Mat& bgr) {
  cv::Mat rgb;
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return writer.add_icon({rgb.data, rgb.total() * 3});
}

// Where an icon number is to go, and the request it comes from.
struct Slot {
  std::int32_t* icon;
  std::int32_t request;
};

// The mean direction of a cell's points. `bins` along a side; unit length, zero where the points
// cancel.
std::vector<float> cell_direction(const Matrix& unit, const store::Points& points, int bins,
                                  int bin_x, int bin_y) {
  std::vector<double> sum(unit.columns);
  const auto bin = [&](float v) {
    return std::min(bins - 1, static_cast<int>(v * static_cast<float>(bins)));
  };
  for (std::size_t i = 0; i < unit.rows; ++i) {
    if (bin(points.x[i]) != bin_x || bin(points.y[i]) != bin_y) continue;
    const auto row = unit.row(i);
    for (std::size_t c = 0; c < unit.columns; ++c) sum[c] += row[c];
  }
  double length = 0;
  for (const double value : sum) length += value * value;
  length = length > 0 ? std::sqrt(length) : 1;
  std::vector<float> direction;
  direction.reserve(sum.size());
  for (const double value : sum) direction.push_back(static_cast<float>(value / length));
  return direction;
}

// Patches of the photos around the concepts' medoids: what pictures of this map should look like.
std::vector<cv::Mat> medoid_patches(const BuildInputs& inputs, const IconOptions& options,
                                    gsl::span<const GridGeometry> grids,
                                    const store::MapContents& map) {
  IconList list;
  for (const auto& record : map.concepts) {
    if (record.medoid < 0) continue;
    const auto i = static_cast<std::size_t>(record.medoid);
    list.add({map.points.photo[i], map.points.row[i], map.points.column[i], map.layer});
  }
  std::vector<cv::Mat> patches;
  cut_icons(inputs.photos, inputs.model->card().input, grids, list.requests(), options,
            [&](std::size_t, const cv::Mat& tile) { patches.push_back(tile.clone()); });
  return patches;
}

void add_optimised(store::Writer& writer, const BuildInputs& inputs, const BuildOptions& options,
                   const Normalisation& normalisation, const Matrix& unit, store::MapContents& map,
                   gsl::span<const cv::Mat> patches, const ProgressCallback& progress) {
  const auto& layer = inputs.head.layers[static_cast<std::size_t>(map.layer)];
  VisualisationOptions settings = options.visualisation;
  settings.seed = options.seed;
  settings.threads = options.threads;
  FeatureVisualiser visualiser(inputs.model, layer.path, normalisation, patches, settings);

  const auto channels = static_cast<std::size_t>(layer.channels);
  Matrix directions(0, channels);
  std::vector<std::int32_t*> icons;
  const auto ask = [&](gsl::span<const float> direction, std::int32_t& icon) {
    directions.values.insert(directions.values.end(), direction.begin(), direction.end());
    ++directions.rows;
    icons.push_back(&icon);
  };
  for (std::size_t c = 0; c < map.concepts.size(); ++c) {
    const float* centroid = map.centroids.data() + c * (channels + store::kPlaceColumns);
    std::vector<float> direction(centroid, centroid + channels);
    double length = 0;  // without the place
    for (const float value : direction) length += static_cast<double>(value) * value;
    for (float& value : direction)
      value = static_cast<float>(value / std::sqrt(std::max(length, 1e-12)));
    ask(direction, map.concepts[c].icon);
  }
  if (!map.levels.empty()) {
    auto& cells = map.levels.front();
    for (std::size_t i = 0; i < cells.icon.size(); ++i)
      ask(cell_direction(unit, map.points, map.level_bins.front(), cells.bin_x[i], cells.bin_y[i]),
          cells.icon[i]);
  }
  // Soft pictures need more around them than photos do: half as many positions again.
  const double shown = 1.5 * options.icon_cells;
  const std::vector<cv::Mat> pictures = visualiser.run(directions, progress);
  for (std::size_t i = 0; i < pictures.size(); ++i)
    *icons[i] =
        add_tile(writer, middle_of(pictures[i], visualiser.grid(), shown, store::kIconTile));
}

}  // namespace

void add_icons(store::Writer& writer, const BuildInputs& inputs, const BuildOptions& options,
               const Normalisation& normalisation, const Matrix& unit, store::MapContents& map,
               const ProgressCallback& progress) {
  const bool optimised = options.icons == IconKind::kOptimised;
  const auto& points = map.points;
  IconList list;
  std::vector<Slot> slots;
  const auto point_icon = [&](std::int32_t point, std::int32_t& icon) {
    const auto i = static_cast<std::size_t>(point);
    slots.push_back(
        {&icon, list.add({points.photo[i], points.row[i], points.column[i], map.layer})});
  };
  for (std::size_t c = 0; c < map.concepts.size(); ++c) {
    if (!optimised && map.concepts[c].medoid >= 0)
      point_icon(map.concepts[c].medoid, map.concepts[c].icon);
    for (auto& exemplar : map.exemplars[c])
      slots.push_back(
          {&exemplar.icon, list.add({exemplar.photo, exemplar.row, exemplar.column, map.layer})});
  }
  for (std::size_t level = optimised ? 1 : 0; level < map.levels.size(); ++level)
    for (std::size_t i = 0; i < map.levels[level].icon.size(); ++i)
      point_icon(map.levels[level].medoid[i], map.levels[level].icon[i]);

  std::vector<GridGeometry> grids;
  for (const auto& layer : inputs.head.layers) grids.push_back(layer.grid);
  IconOptions icon_options;
  icon_options.tile = store::kIconTile;
  icon_options.cells = options.icon_cells;
  icon_options.threads = options.threads;
  std::vector<std::int32_t> numbers(list.requests().size());
  cut_icons(
      inputs.photos, inputs.model->card().input, grids, list.requests(), icon_options,
      [&](std::size_t i, const cv::Mat& tile) { numbers[i] = add_tile(writer, tile); }, progress);
  for (const auto& slot : slots) *slot.icon = numbers[static_cast<std::size_t>(slot.request)];
  if (optimised)
    add_optimised(writer, inputs, options, normalisation, unit, map,
                  medoid_patches(inputs, icon_options, grids, map), progress);
}

}  // namespace differentia

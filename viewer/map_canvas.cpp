#include "viewer/map_canvas.h"

#include <algorithm>
#include <cmath>

#include "viewer/tile_colours.h"
#include "viewer/tile_selection.h"

namespace differentia::viewer {

namespace {

constexpr double kNotch = 1.25;      // zoom of one notch of the wheel
constexpr double kFineNotch = 1.05;  // with Shift
constexpr double kMostTile = 400;    // pixels: nothing is gained by zooming in further
constexpr float kGap = 1;            // pixels between the largest tiles
constexpr Box kMap{0, 0, 1, 1};

}  // namespace

bool MapCanvas::update(const CanvasInput& input) {
  camera_.set_viewport(input.viewport);
  Camera fitted = camera_.goal;
  fitted.min_scale = 1;
  fitted.fit(kMap, kMargin);
  fitted_scale_ = fitted.scale;
  for (Camera* camera : {&camera_.now, &camera_.goal}) camera->min_scale = fitted_scale_ * 0.5;
  if ((input.hovered && input.wheel != 0) || pointer_.dragging()) fitting_ = false;
  if (input.hovered && input.wheel != 0)
    camera_.goal.zoom_at(input.mouse, std::pow(input.fine ? kFineNotch : kNotch, input.wheel));
  const PointerResult pointer =
      pointer_.update({input.mouse, input.down, input.time, input.hovered});
  if (pointer.dragging && (pointer.dx != 0 || pointer.dy != 0)) {
    // A drag holds on to the map: both move alike.
    camera_.goal.pan(pointer.dx, pointer.dy);
    camera_.now.pan(pointer.dx * camera_.now.scale / camera_.goal.scale,
                    pointer.dy * camera_.now.scale / camera_.goal.scale);
  }
  camera_.goal.keep_inside(kMap);
  if (input.still)
    camera_.settle();
  else
    camera_.advance(input.step);
  if (fitting_ && !camera_.moving()) {
    // Whence it came must not decide what it shows.
    fitting_ = false;
    level_ = kNoLevel;
  }
  return pointer.clicked;
}

void MapCanvas::fit(bool at_once) {
  camera_.goal.fit(kMap, kMargin);
  fitting_ = true;
  if (at_once) {
    camera_.settle();
    level_ = kNoLevel;
  }
}

void MapCanvas::look_at(Point centre, double scale) {
  camera_.goal.centre = centre;
  camera_.goal.scale = std::clamp(scale, camera_.goal.min_scale, camera_.goal.max_scale);
}

void MapCanvas::centre_on(Point place) {
  camera_.goal.centre = place;
}

std::size_t MapCanvas::level(const MapSummary& map) {
  const auto& bins = map.record.level_bins;
  if (bins.empty()) return 0;
  for (Camera* camera : {&camera_.now, &camera_.goal}) camera->max_scale = bins.back() * kMostTile;
  level_ = follow_level(bins, camera_.now.scale, level_, limits_);
  return level_;
}

std::vector<Box> MapCanvas::tile_boxes(std::size_t most) const {
  std::vector<Box> boxes;
  if (tiles_.size() > most) return boxes;
  for (const Tile& tile : tiles_) boxes.push_back({tile.x, tile.y, tile.side, tile.side});
  return boxes;
}

void MapCanvas::draw(Renderer& renderer, IconCache& icons, const MapSummary& map,
                     const MapLevel& level, ColourBy colour_by, const Emphasis& emphasis) {
  const Camera& camera = camera_.now;
  const auto cells = visible_cells(level.cells, level.rows, level.bins, camera.visible(),
                                   static_cast<std::size_t>(renderer.icon_capacity()));
  const double bin = camera.scale / level.bins;
  tiles_.clear();
  for (const std::int32_t cell : cells) {
    const auto i = static_cast<std::size_t>(cell);
    const Box box = camera.to_screen(cell_box(level.cells, level.bins, cell));
    Tile tile;
    tile.side = static_cast<float>(std::max(2.0, bin * level.sides[i] - kGap));
    tile.x = static_cast<float>(box.x + (bin - tile.side) / 2);
    tile.y = static_cast<float>(box.y + (bin - tile.side) / 2);
    tile.slot = icons.slot(level.cells.icon[i]);
    tile.tint = tile_tint(colour_by, map, level, cell);
    const bool dimmed = emphasis.concept_number >= 0 &&
                        level.cells.concept_number[i] != emphasis.concept_number &&
                        cell != emphasis.cell;
    if (dimmed) tile.alpha = 0.22f;
    tiles_.push_back(tile);
  }
  renderer.draw_tiles(tiles_, camera.viewport);
}

}  // namespace differentia::viewer

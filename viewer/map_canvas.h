#pragma once

// The map itself: where it looks, which level it shows, which tiles are drawn. Knows no widgets;
// draws through a Renderer.

#include <memory>
#include <vector>

#include "viewer/camera.h"
#include "viewer/catalogue.h"
#include "viewer/icon_cache.h"
#include "viewer/initial_view.h"
#include "viewer/level_choice.h"
#include "viewer/pointer.h"

namespace differentia::viewer {

struct CanvasInput {
  Box viewport;  // pixels
  Point mouse;
  bool hovered = false;       // the mouse is over the canvas and over no widget
  bool down = false;          // its button
  double wheel = 0;           // notches; up is positive
  bool fine = false;          // Shift: smaller steps
  double time = 0, step = 0;  // seconds
  bool still = false;         // arrive at once
};

class MapCanvas {
 public:
  // Takes in what the person does. Answers whether the canvas was clicked.
  bool update(const CanvasInput& input);
  // Shows the whole map, at the level at which it is first shown.
  void fit(bool at_once);
  // Shows `centre` at the scale at which `level` is comfortable, times `zoom`.
  void look_at(Point centre, double scale);
  void centre_on(Point place);

  const Camera& camera() const { return camera_.now; }
  bool moving() const { return camera_.moving(); }
  bool dragging() const { return pointer_.dragging(); }
  double fitted_scale() const { return fitted_scale_; }
  // The level to show; follows the zoom.
  std::size_t level(const MapSummary& map);

  // What stands out: cells of one concept, or one cell; −1 for none.
  struct Emphasis {
    std::int32_t concept_number = -1;
    std::int32_t cell = -1;
  };
  // Draws the level's tiles in sight, never more than the icon pages can hold.
  void draw(Renderer& renderer, IconCache& icons, const MapSummary& map, const MapLevel& level,
            ColourBy colour_by, const Emphasis& emphasis);
  std::size_t tiles_drawn() const { return tiles_.size(); }
  // Where the tiles drawn last lie on the screen; none where there are more than `most`.
  std::vector<Box> tile_boxes(std::size_t most) const;
  // Of the tiles' sizes, from now on.
  void set_limits(const LevelLimits& limits) { limits_ = limits; }
  const LevelLimits& limits() const { return limits_; }

  static constexpr double kMargin = 28;  // pixels around the map when it is fitted

 private:
  MovingCamera camera_;
  Pointer pointer_;
  static constexpr auto kNoLevel = static_cast<std::size_t>(-1);
  std::size_t level_ = kNoLevel;
  LevelLimits limits_;
  double fitted_scale_ = 1;
  bool fitting_ = false;  // on the way to the whole map
  std::vector<Tile> tiles_;
};

}  // namespace differentia::viewer

#pragma once

// The middle of the screen: the map with its title, outlines and labels of concepts, legend,
// minimap and tooltip.

#include <cstdint>
#include <memory>
#include <string>

#include "viewer/desk.h"
#include "viewer/map_canvas.h"

namespace differentia::viewer {

class MapPanel {
 public:
  // `keys`: no text field has the keyboard.
  void draw(Desk& desk, const Box& place, bool keys);
  MapCanvas& canvas() { return canvas_; }
  // Everything wanted is on the screen.
  bool complete() const { return complete_; }
  // Zooms to where `level` is shown at a comfortable size, times `zoom`, at `centre`.
  void look(const MapSummary& map, int level, double zoom, Point centre);

 private:
  void draw_header(Desk& desk, const Box& place, const MapSummary* map);
  void draw_map(Desk& desk, const Box& place, std::int32_t map_id, const MapSummary& map,
                bool keys);
  void draw_outlines(Desk& desk, const MapSummary& map);
  void draw_labels(Desk& desk, const MapSummary& map, bool hovered, bool& over_label);
  void draw_photo_rings(Desk& desk, std::int32_t map_id);
  void draw_minimap(Desk& desk, std::int32_t map_id, const MapSummary& map, const Box& place);
  void draw_legend(Desk& desk, const MapSummary& map, const MapLevel& level, const Box& canvas);
  void draw_tooltip(Desk& desk, const MapSummary& map, const MapLevel& level, std::int32_t cell);

  // Moves to a concept that was chosen and cannot be seen.
  void follow_choice(const State& state, const MapSummary& map);
  // How many concepts are outlined and labelled at this zoom, those with most attribution first.
  std::int32_t named(const Desk& desk) const;

  MapCanvas canvas_;
  std::shared_ptr<const MapLevel> shown_;
  std::int32_t shown_map_ = -1;
  std::size_t shown_level_ = 0;
  bool complete_ = false;
  bool minimap_held_ = false;
  std::int32_t followed_ = -1;  // the concept chosen last
};

}  // namespace differentia::viewer

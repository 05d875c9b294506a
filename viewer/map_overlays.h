#pragma once

// What is drawn over the map's tiles. Functions without memory; they draw into a window's list.

#include <cstdint>
#include <string>
#include <vector>

#include "viewer/camera.h"
#include "viewer/desk.h"
#include "viewer/tile_colours.h"

struct ImDrawList;

namespace differentia::viewer {

void ring(const Desk& desk, ImDrawList* list, const Box& box);
void banner(const Desk& desk, ImDrawList* list, const Box& canvas, const std::string& message);

// The rank of a concept; the last where the map has none of that number.
std::int32_t rank_of(const MapSummary& map, std::int32_t number);
// Outlines of the concepts with ranks below `most`; the selected one (or −1) and the one under the
// mouse stand out and are always drawn. Straight to the renderer: under what the lists hold.
void draw_regions(const Desk& desk, const Camera& camera, const MapSummary& map,
                  const MapLevel& level, std::int32_t selected, std::int32_t most);
// Number and attribution of each concept with a rank below `most`, beside each of its regions in
// sight, off the obstacles and where possible off the tiles; answers the number under the mouse, −1
// for none.
std::int32_t draw_concept_labels(const Desk& desk, ImDrawList* list, const Camera& camera,
                                 const MapSummary& map, const MapLevel& level, bool hoverable,
                                 std::int32_t most, const std::vector<Box>& obstacles,
                                 const std::vector<Box>& tiles);

Box minimap_place(const Desk& desk, const Box& canvas);
Box legend_place(const Desk& desk, const Box& canvas);
void draw_minimap_picture(const Desk& desk, ImDrawList* list, const Box& place,
                          const MapLevel& level, const Box& visible);
void draw_colour_legend(const Desk& desk, ImDrawList* list, const Box& canvas, ColourBy colour_by,
                        const Legend& legend);

}  // namespace differentia::viewer

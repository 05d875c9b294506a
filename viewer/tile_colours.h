#pragma once

// What the map's colours say.

#include <cstdint>
#include <string>

#include "viewer/catalogue.h"
#include "viewer/initial_view.h"

namespace differentia::viewer {

// The tint of a cell's tile, 0xAABBGGRR; its alpha is the share of tint over the icon, 0 for none.
std::uint32_t tile_tint(ColourBy colour_by, const MapSummary& map, const MapLevel& level,
                        std::int32_t cell);

// A key to the colours: a strip from low to high.
struct Legend {
  std::string title;
  std::string low, middle, high;  // the values at the ends and in the middle; may be empty
  bool continuous = false;        // there is a strip; else there is nothing to explain
};
Legend legend_of(ColourBy colour_by, const MapSummary& map, const MapLevel& level);

// The colour of the strip at 0…1.
std::uint32_t legend_colour(ColourBy colour_by, double share);

}  // namespace differentia::viewer

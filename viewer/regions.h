#pragma once

// The concepts' regions on a map: smooth outlines of where each concept is the most frequent one,
// as of countries.

#include <cstdint>
#include <vector>

#include "atlas/store/records.h"
#include "base/photo_geometry.h"

namespace differentia::viewer {

struct Region {
  std::int32_t number = 0;                   // of the concept within the map
  std::vector<std::vector<Point>> outlines;  // closed, in map coordinates; holes included
};

struct RegionOptions {
  double blur = 1.3;        // standard deviation, in bins
  double threshold = 0.08;  // least density, as a share of the concept's own peak
  double smallest = 4;      // outlines around a smaller area, in bins, are specks and left out
};

// `bins` along a side of `cells`. Regions in the order of their numbers; cells without a concept
// belong to none.
std::vector<Region> concept_regions(const store::Cells& cells, std::int32_t bins,
                                    const RegionOptions& options = {});

// Closed lines along which `field` (size side * side, row-major, values at the centres of bins) is
// 0, positive inside; in units of the whole side (0…1). Marching squares with linear interpolation.
std::vector<std::vector<Point>> zero_lines(const std::vector<float>& field, std::int32_t side);

}  // namespace differentia::viewer

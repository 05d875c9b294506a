#pragma once

// The concepts' regions on a level of a map, as of countries: each goes around cells of which the
// concept is the most frequent one, so that outlines and tiles never say different things.

#include <cstdint>
#include <vector>

#include "atlas/store/records.h"
#include "base/photo_geometry.h"

namespace differentia::viewer {

// One border of a region.
struct Outline {
  std::vector<Point> points;  // closed, with rounded corners; in map coordinates
  Box bounds;                 // of the points
};

// Cells of one concept that hang together by their sides.
struct Region {
  std::int32_t number = 0;        // of the concept within the map
  std::vector<Point> middles;     // of its cells, in map coordinates; never empty
  Point anchor;                   // the one of them nearest to the middle of all
  Box bounds;                     // in map coordinates
  std::vector<Outline> outlines;  // holes included
};

struct RegionOptions {
  // Regions of fewer cells are specks and left out, but for the largest of every concept. 0: grows
  // with the bins, 2 at 32 of them.
  std::int32_t smallest = 0;
  double inset = 0.06;  // of the outlines, in bins: those of neighbours do not cover each other
};

// `bins` along a side of `cells`. In the order of the concepts' numbers, the largest of each first.
// An empty bin between two cells of one concept, and beside no other, belongs to that.
std::vector<Region> concept_regions(const store::Cells& cells, std::int32_t bins,
                                    const RegionOptions& options = {});

}  // namespace differentia::viewer

#pragma once

// Rectangles side by side in the unit square: the islands of a map.

#include <vector>

namespace differentia {

struct Rectangle {
  double width = 0, height = 0;
  double x = 0, y = 0;  // upper left corner, once packed
  bool turned = false;  // width and height were exchanged
};

// Gives each a place in the unit square and scales all by one factor, as large as shelves allow:
// the highest first, from left to right, on the first shelf with room (first fit decreasing height;
// Coffman, Garey, Johnson, Tarjan 1980). Small gaps stay between them. All lie or all stand,
// whichever leaves them larger. REQUIRES widths and heights above 0.
void pack_rectangles(std::vector<Rectangle>& rectangles);

}  // namespace differentia

#pragma once

// Where labels stand on a map so that none covers another.

#include <cstddef>
#include <vector>

#include "base/photo_geometry.h"

namespace differentia::viewer {

struct LabelRequest {
  Point anchor;  // what it names, on the screen
  double width = 0, height = 0;
};

struct LabelPlace {
  bool shown = false;
  Box box;  // on the screen
};

// Labels in the order of their importance: each stands centred on its anchor or, where that is
// taken, at the nearest free place around it; one for which there is none within reach is not
// shown. All stay within `canvas`, off `obstacles` and at least `gap` pixels apart.
std::vector<LabelPlace> place_labels(const std::vector<LabelRequest>& labels, const Box& canvas,
                                     const std::vector<Box>& obstacles = {}, double gap = 3);

}  // namespace differentia::viewer

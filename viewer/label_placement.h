#pragma once

// Where labels stand on a map so that none covers another.

#include <cstddef>
#include <vector>

#include "base/photo_geometry.h"

namespace differentia::viewer {

struct LabelRequest {
  Point anchor;  // what it names, on the screen
  double width = 0, height = 0;
  Box thing{};  // the room of what it names; without width there is none
};

struct LabelPlace {
  bool shown = false;
  Box box;  // on the screen
};

// Where the line from a label to what it names ends at the label: the point of its box nearest to
// the anchor, off its round ends.
Point leader_end(const Box& label, Point anchor);

// Labels in the order of their importance: each stands centred on its anchor or, where that is
// taken, at the nearest free place around it. A thing that its label would cover to a good part has
// it beside itself, and off the other such things where there is room. Lines between labels and
// what they name cross neither each other nor other labels where there is another place for it. A
// label without a free place within reach is not shown. All stay within `canvas`, off `obstacles`
// and at least `gap` pixels apart. `avoided`: covered only where there is no other place.
std::vector<LabelPlace> place_labels(const std::vector<LabelRequest>& labels, const Box& canvas,
                                     const std::vector<Box>& obstacles = {},
                                     const std::vector<Box>& avoided = {}, double gap = 3);

}  // namespace differentia::viewer

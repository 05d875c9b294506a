#pragma once

// The stretches of a closed line that can be seen. A renderer is charged for every corner that it
// is sent, in sight or not, and at high zoom most of a border is out of sight.

#include <cstddef>
#include <vector>

#include <imgui.h>
#include <gsl/span>

#include "base/photo_geometry.h"

namespace differentia::viewer {

struct LineRun {
  std::size_t first = 0;  // corner of the line; what follows the last corner is corner 0 again
  std::size_t count = 0;  // of corners
  bool closed = false;    // it is the whole line
};

// The runs of a closed line through `corners` with all segments that may touch `sight`, and one
// segment more at either end, so that every corner in sight keeps the joint it has in the whole
// line. The line's width and joints are the caller's: `sight` is larger than the screen by them.
// Fills `runs`, which are in the line's order and have no segment in common.
void visible_runs(gsl::span<const ImVec2> corners, const Box& sight, std::vector<LineRun>& runs);

}  // namespace differentia::viewer

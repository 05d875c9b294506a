#pragma once

// The windows in which a photo is asked what it shows.

#include <vector>

#include "base/photo_geometry.h"

namespace differentia {

struct WindowOptions {
  std::vector<double> sides = {1.0, 0.75, 0.55, 0.4};  // of square windows, of the shorter side
  double step = 0.34;                                  // at most, of the window's side
};

// The whole photo first, then square windows row by row, largest first, spread evenly so that they
// reach every edge; none beyond the photo.
std::vector<Box> search_windows(Size photo, const WindowOptions& options = {});

// `box` grown about its centre by `factor` (1.1: a tenth wider) and, where it is longer than 4 : 3,
// along its shorter side to that shape: what a photographer would leave around a subject. Clipped
// to `within`.
Box with_margin(const Box& box, double factor, const Box& within);

}  // namespace differentia

#pragma once

// A map laid over its photo.

#include <opencv2/core.hpp>

#include "base/image/colour_map.h"

namespace differentia {

struct OverlayOptions {
  ColourMap colours = ColourMap::kViridis;
  double low = 0, high = 0;  // values at the ends of the colours; both 0: the map's own range,
                             // symmetric for blue-red
  double opacity = 0.6;      // of the colours over the photo, 0…1
  bool fade = false;  // only of the strongest values: what is near the low end of the colours
                      // (their middle for blue-red) lets the photo through
};

// `photo`: 8UC3 BGR; `map`: 32FC1 over the whole photo, of any size. NaN means "no evidence":
// greyed and hatched, never coloured. Returns 8UC3 BGR of the photo's size.
cv::Mat overlay(const cv::Mat& photo, const cv::Mat& map, const OverlayOptions& options = {});

}  // namespace differentia

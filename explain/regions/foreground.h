#pragma once

// From a blurred map of evidence to pixels: what else in the photo looks like the places with
// evidence, and unlike the rest.

#include <opencv2/core.hpp>

namespace differentia {

struct Foreground {
  double threshold = 0;  // of the evidence, between its two heaps (Otsu 1979)
  double peak = 0;       // its 99th percentile
  cv::Mat likeness;      // 32FC1, 0…1: evidence and appearance together
  cv::Mat mask;          // 8UC1, 0 or 255
};

// `bgr`: 8UC3; `evidence`: 32FC1 of the same size. The result has that size.
//
// Colours (CIE Lab, as they are and blurred) of pixels with much evidence are told from those with
// none and of the photo's border by kernel ridge regression (random Fourier features, Rahimi &
// Recht 2007), in three rounds that each start from the last one's answer; GrabCut (Rother et al.
// 2004), seeded by it, then moves the outline to edges. The same input gives the same bytes.
Foreground find_foreground(const cv::Mat& bgr, const cv::Mat& evidence);

}  // namespace differentia

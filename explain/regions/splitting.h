#pragma once

// Where a region may hold two organisms: straight cuts that run through little of it.

#include <vector>

#include <opencv2/core.hpp>

namespace differentia {

struct Cut {
  bool upright = true;  // or level
  double neck = 0;      // subject pixels along the cut over the smaller of the two sides' widest
  cv::Rect side[2];     // of the area that was cut
  cv::Rect piece[2];    // the subject's bounds on either side
};

// The bounds of the mask's pieces (8UC1, not 0) inside `area`, specks of less than an eighth of the
// largest left out; empty where there is none.
cv::Rect subject_bounds(const cv::Mat& mask, const cv::Rect& area);

// Up to three upright and three level cuts of the subject inside `area`, those with the thinnest
// neck of each direction; none that leaves a piece smaller than a hundredth of the mask.
std::vector<Cut> thin_cuts(const cv::Mat& mask, const cv::Rect& area);

}  // namespace differentia

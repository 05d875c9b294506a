#pragma once

// Inside explain/saliency/ only.

#include <opencv2/core.hpp>

namespace differentia {

// The picture with a longer side of `longer_side` pixels.
cv::Mat scaled_to(const cv::Mat& picture, int longer_side);

}  // namespace differentia

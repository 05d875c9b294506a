#pragma once

// A map on a grid over the model's input, brought to the photo.

#include <opencv2/core.hpp>

#include "base/photo_geometry.h"

namespace differentia {

// `values`: 32FC1 on `grid`. Each pixel of the result (32FC1, `size`, covering the whole photo) is
// the bilinear mean of the four positions around it, the nearest beyond the outermost centres; NaN
// where the input shows nothing of the photo.
cv::Mat to_photo(const cv::Mat& values, const GridGeometry& grid, const InputGeometry& geometry,
                 Size size);

// The same for values that cover the input: as if `grid` were the input's own pixels, of `size`.
cv::Mat to_input(const cv::Mat& values, const GridGeometry& grid, Size input);

}  // namespace differentia

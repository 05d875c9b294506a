#pragma once

// Maps that know nothing of the model: what any method must surpass before it is believed.

#include <cstdint>

#include <opencv2/core.hpp>

#include "base/photo_geometry.h"

namespace differentia {

// 32FC1 of `size`: a Gaussian around the photo's centre, σ a quarter of each side.
cv::Mat centre_map(Size size);

// Normal random numbers on a grid of `grid` positions, bilinear between them; with `grid` the
// map's own size each pixel is drawn for itself. How coarse a map is decides much about deletion
// and insertion (single pixels taken out here and there ruin every texture), so that a method is to
// be compared with random maps both as coarse and as fine as it may be. `stream` names the photo.
cv::Mat random_map(Size size, Size grid, std::uint64_t seed, std::uint32_t stream);

}  // namespace differentia

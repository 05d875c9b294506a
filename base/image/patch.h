#pragma once

// Cutting pieces out of photos.

#include <opencv2/core.hpp>

#include "base/image/photo.h"

namespace differentia {

// A square picture of `side` pixels (8UC3 BGR) of what lies in `box` (photo coordinates of the full
// size). A box that is not square is grown about its centre along its shorter side; beyond the
// photo its border is repeated.
cv::Mat cut_patch(const Photo& photo, const Box& box, int side);

// The whole photo at most `longer_side` pixels long; never enlarged.
cv::Mat thumbnail(const Photo& photo, int longer_side);

}  // namespace differentia

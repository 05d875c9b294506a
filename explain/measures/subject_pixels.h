#pragma once

#include <opencv2/core.hpp>

#include "base/image/mask.h"
#include "base/photo_geometry.h"

namespace differentia {

// A subject mask at the pixels of a map that covers the whole photo: 32FC1 of `map` size, each the
// share of the pixel's area on the subject; NaN where the mask is unsure.
cv::Mat subject_pixels(const SubjectMask& mask, Size photo, Size map);

}  // namespace differentia

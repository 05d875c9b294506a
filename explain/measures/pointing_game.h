#pragma once

// The pointing game (Zhang et al. 2018): does the highest point of a map lie on the subject?
// Photographers put the subject in the middle, so that the photo's centre plays as well: a map that
// wins no more often than the centre shows nothing.

#include <opencv2/core.hpp>

#include "base/image/mask.h"
#include "base/photo_geometry.h"

namespace differentia {

// One photo. As published, 15 pixels beside the subject still count as on it, in a photo brought to
// 500 pixels on its longer side (the size of the photos it was defined on).
class PointingGame {
 public:
  // `photo`: full size. `mask` is not kept.
  PointingGame(const SubjectMask& mask, Size photo);

  // `map`: 32FC1 over the whole photo. 1 or 0; where several pixels share the highest value, the
  // share of them that hit. A point where the mask is unsure, with no subject near, counts as
  // neither. NaN where nothing is left: no evidence in the map, no subject in the mask.
  double play(const cv::Mat& map) const;

  // The photo's centre in place of a map's maximum.
  double play_centre() const;

 private:
  double play(Point photo_point) const;  // 1, 0 or NaN

  Size photo_;
  cv::Mat distance_;  // 32FC1: pixels to the subject; NaN where the mask is unsure and it is far
  bool any_ = false;  // there is a subject
};

}  // namespace differentia

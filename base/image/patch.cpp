#include "base/image/patch.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

namespace differentia {

cv::Mat cut_patch(const Photo& photo, const Box& box, int side) {
  const double scale_x = static_cast<double>(photo.bgr.cols) / photo.full_size.width;
  const double scale_y = static_cast<double>(photo.bgr.rows) / photo.full_size.height;
  const double length = std::max({box.width, box.height, 1e-6});
  const double left = (box.x + box.width / 2 - length / 2) * scale_x;
  const double top = (box.y + box.height / 2 - length / 2) * scale_y;
  const double step_x = length * scale_x / side,
               step_y = length * scale_y / side;  // per patch pixel

  // Sampled several times finer where the patch shrinks the photo, then averaged: no aliasing.
  const int finer = std::clamp(static_cast<int>(std::ceil(std::max(step_x, step_y))), 1, 16);
  // Maps centres of patch pixels to centres of photo pixels (OpenCV puts pixel centres at whole
  // numbers).
  const cv::Matx23d to_photo(step_x / finer, 0, left + step_x / finer / 2 - 0.5,  //
                             0, step_y / finer, top + step_y / finer / 2 - 0.5);
  cv::Mat fine;
  cv::warpAffine(photo.bgr, fine, to_photo, {side * finer, side * finer},
                 cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
  if (finer == 1) return fine;
  cv::Mat patch;
  cv::resize(fine, patch, {side, side}, 0, 0, cv::INTER_AREA);
  return patch;
}

cv::Mat thumbnail(const Photo& photo, int longer_side) {
  const int longer = std::max(photo.bgr.cols, photo.bgr.rows);
  if (longer <= longer_side) return photo.bgr.clone();
  const double scale = static_cast<double>(longer_side) / longer;
  const cv::Size size(std::max(1, cvRound(photo.bgr.cols * scale)),
                      std::max(1, cvRound(photo.bgr.rows * scale)));
  cv::Mat small;
  cv::resize(photo.bgr, small, size, 0, 0, cv::INTER_AREA);
  return small;
}

}  // namespace differentia

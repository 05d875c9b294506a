#include "explain/saliency/photo_scale.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

namespace differentia {

cv::Mat scaled_to(const cv::Mat& picture, int longer_side) {
  const double scale = static_cast<double>(longer_side) / std::max(picture.cols, picture.rows);
  const cv::Size size(std::max(1, static_cast<int>(std::lround(picture.cols * scale))),
                      std::max(1, static_cast<int>(std::lround(picture.rows * scale))));
  cv::Mat scaled;
  cv::resize(picture, scaled, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return scaled;
}

}  // namespace differentia

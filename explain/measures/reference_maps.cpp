#include "explain/measures/reference_maps.h"

#include <cmath>

#include <opencv2/imgproc.hpp>

#include "base/random.h"

namespace differentia {

cv::Mat centre_map(Size size) {
  cv::Mat map(size.height, size.width, CV_32FC1);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double across = ((x + 0.5) / size.width - 0.5) / 0.25;
      const double down = ((y + 0.5) / size.height - 0.5) / 0.25;
      map.at<float>(y, x) = static_cast<float>(std::exp(-(across * across + down * down) / 2));
    }
  }
  return map;
}

cv::Mat random_map(Size size, Size grid, std::uint64_t seed, std::uint32_t stream) {
  cv::Mat values(grid.height, grid.width, CV_32FC1);
  Random random(seed, stream_id("random map"), stream);
  for (int y = 0; y < grid.height; ++y) {
    for (int x = 0; x < grid.width; ++x)
      values.at<float>(y, x) = static_cast<float>(random.normal());
  }
  if (size == grid) return values;
  cv::Mat map;
  cv::resize(values, map, {size.width, size.height}, 0, 0, cv::INTER_LINEAR);
  return map;
}

}  // namespace differentia

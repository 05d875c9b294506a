#include "explain/saliency/photo_map.h"

#include <limits>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace differentia {

cv::Mat to_photo(const cv::Mat& values, const GridGeometry& grid, const InputGeometry& geometry,
                 Size size) {
  const double step_x = static_cast<double>(geometry.photo.width) / size.width;
  const double step_y = static_cast<double>(geometry.photo.height) / size.height;
  cv::Mat columns(1, size.width, CV_32FC1), rows(size.height, 1, CV_32FC1);
  const Box visible = geometry.visible();
  std::vector<char> column_seen(size.width), row_seen(size.height);
  for (int x = 0; x < size.width; ++x) {
    const double photo_x = (x + 0.5) * step_x;
    column_seen[x] = photo_x >= visible.x && photo_x <= visible.x + visible.width;
    const double input_x = geometry.scale_x * photo_x + geometry.offset_x;
    columns.at<float>(0, x) = static_cast<float>((input_x - grid.first_x) / grid.stride_x);
  }
  for (int y = 0; y < size.height; ++y) {
    const double photo_y = (y + 0.5) * step_y;
    row_seen[y] = photo_y >= visible.y && photo_y <= visible.y + visible.height;
    const double input_y = geometry.scale_y * photo_y + geometry.offset_y;
    rows.at<float>(y, 0) = static_cast<float>((input_y - grid.first_y) / grid.stride_y);
  }
  cv::Mat map;
  cv::remap(values, map, cv::repeat(columns, size.height, 1), cv::repeat(rows, 1, size.width),
            cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  constexpr float kNoEvidence = std::numeric_limits<float>::quiet_NaN();
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      if (!row_seen[y] || !column_seen[x]) map.at<float>(y, x) = kNoEvidence;
    }
  }
  return map;
}

cv::Mat to_input(const cv::Mat& values, const GridGeometry& grid, Size input) {
  InputGeometry identity;
  identity.photo = identity.input = input;
  return to_photo(values, grid, identity, input);
}

}  // namespace differentia

#include "explain/saliency/photo_map.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace differentia {

namespace {

// Along one axis: of each pixel the two positions around it and the weight of the second. (Not
// cv::remap: that rounds places to 1/32 of a cell, which shows as steps where cells are wide.)
struct Axis {
  std::vector<int> before, after;
  std::vector<float> weight;
  std::vector<char> seen;  // by the network
};

Axis measure(int pixels, int photo, double scale, double offset, double seen_from, double seen_to,
             int positions, double first, double stride) {
  Axis axis;
  const double step = static_cast<double>(photo) / pixels;
  for (int pixel = 0; pixel < pixels; ++pixel) {
    const double place = (pixel + 0.5) * step;
    axis.seen.push_back(place >= seen_from && place <= seen_to);
    const double on_grid =
        std::clamp((scale * place + offset - first) / stride, 0.0, positions - 1.0);
    axis.before.push_back(static_cast<int>(on_grid));
    axis.after.push_back(std::min(axis.before.back() + 1, positions - 1));
    axis.weight.push_back(static_cast<float>(on_grid - axis.before.back()));
  }
  return axis;
}

}  // namespace

cv::Mat to_photo(const cv::Mat& values, const GridGeometry& grid, const InputGeometry& geometry,
                 Size size) {
  const Box visible = geometry.visible();
  const Axis columns =
      measure(size.width, geometry.photo.width, geometry.scale_x, geometry.offset_x, visible.x,
              visible.x + visible.width, values.cols, grid.first_x, grid.stride_x);
  const Axis rows =
      measure(size.height, geometry.photo.height, geometry.scale_y, geometry.offset_y, visible.y,
              visible.y + visible.height, values.rows, grid.first_y, grid.stride_y);
  cv::Mat wide(values.rows, size.width, CV_32FC1);
  for (int y = 0; y < values.rows; ++y) {
    const float* from = values.ptr<float>(y);
    float* to = wide.ptr<float>(y);
    for (int x = 0; x < size.width; ++x) {
      const float left = from[columns.before[x]];
      to[x] = left + columns.weight[x] * (from[columns.after[x]] - left);
    }
  }
  constexpr float kNoEvidence = std::numeric_limits<float>::quiet_NaN();
  cv::Mat map(size.height, size.width, CV_32FC1);
  for (int y = 0; y < size.height; ++y) {
    const float* above = wide.ptr<float>(rows.before[y]);
    const float* below = wide.ptr<float>(rows.after[y]);
    float* to = map.ptr<float>(y);
    for (int x = 0; x < size.width; ++x) {
      to[x] = rows.seen[y] && columns.seen[x] ? above[x] + rows.weight[y] * (below[x] - above[x])
                                              : kNoEvidence;
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

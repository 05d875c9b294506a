#include "atlas/marks/region.h"

#include <algorithm>
#include <cmath>

namespace differentia {
namespace {

constexpr double kLeastShare = 0.25;  // of the peak's attribution

bool inside(const GridGeometry& grid, int row, int column) {
  return row >= 0 && row < grid.height && column >= 0 && column < grid.width;
}

}  // namespace

int reach(const GridGeometry& grid) {
  return std::max(1, std::max(grid.height, grid.width) / 14);
}

Region region_of(const GridGeometry& grid, const Peak& peak, gsl::span<const float> toward) {
  Region region;
  for (const Cell& cell : window(grid, {peak.row, peak.column}, reach(grid))) {
    const auto p = static_cast<std::size_t>(cell.row * grid.width + cell.column);
    if (toward[p] >= kLeastShare * peak.attribution) region.push_back(cell);
  }
  return region;
}

Region window(const GridGeometry& grid, Cell middle, int distance) {
  Region region;
  for (int row = middle.row - distance; row <= middle.row + distance; ++row)
    for (int column = middle.column - distance; column <= middle.column + distance; ++column)
      if (inside(grid, row, column)) region.push_back({row, column});
  return region;
}

Region moved(const GridGeometry& grid, const Region& region, Cell from, Cell to) {
  Region result;
  for (const Cell& cell : region) {
    const Cell there{cell.row + to.row - from.row, cell.column + to.column - from.column};
    if (inside(grid, there.row, there.column)) result.push_back(there);
  }
  return result;
}

cv::Mat input_mask(const GridGeometry& grid, const Region& region, Size input, int grow) {
  cv::Mat mask(input.height, input.width, CV_8U, cv::Scalar(0));
  for (const Cell& cell : region) {
    const Box box = grid.box(cell.row, cell.column);
    const int left = std::max(0, static_cast<int>(std::lround(box.x)) - grow);
    const int top = std::max(0, static_cast<int>(std::lround(box.y)) - grow);
    const int right =
        std::min(input.width, static_cast<int>(std::lround(box.x + box.width)) + grow);
    const int bottom =
        std::min(input.height, static_cast<int>(std::lround(box.y + box.height)) + grow);
    if (right > left && bottom > top)
      mask(cv::Rect(left, top, right - left, bottom - top)).setTo(255);
  }
  return mask;
}

Box photo_box(const GridGeometry& grid, const Region& region, const InputGeometry& geometry) {
  if (region.empty()) return {};
  double left = 1e30, top = 1e30, right = -1e30, bottom = -1e30;
  for (const Cell& cell : region) {
    const Box box = geometry.to_photo(grid.box(cell.row, cell.column));
    left = std::min(left, box.x);
    top = std::min(top, box.y);
    right = std::max(right, box.x + box.width);
    bottom = std::max(bottom, box.y + box.height);
  }
  return clip({left, top, right - left, bottom - top}, geometry.photo);
}

}  // namespace differentia

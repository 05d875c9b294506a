#include "explain/saliency/photo_map.h"

#include <cmath>

#include "tests/catch.h"

namespace differentia {
namespace {

TEST_CASE("a plane on a grid is the same plane in the photo, level beyond the outermost centres") {
  // Cells of many pixels: between two centres lies every fraction.
  GridGeometry grid;
  grid.height = 5;
  grid.width = 7;
  grid.stride_x = 37.3;
  grid.stride_y = 41.7;
  grid.first_x = 11.2;
  grid.first_y = 3.9;
  cv::Mat values(grid.height, grid.width, CV_32FC1);
  for (int row = 0; row < grid.height; ++row) {
    for (int column = 0; column < grid.width; ++column) {
      const Point centre = grid.centre(row, column);
      values.at<float>(row, column) = static_cast<float>(0.01 * centre.x - 0.02 * centre.y);
    }
  }
  const auto plane = [&](double x, double y) {
    const Point last = grid.centre(grid.height - 1, grid.width - 1);
    return 0.01 * std::min(std::max(x, grid.first_x), last.x) -
           0.02 * std::min(std::max(y, grid.first_y), last.y);
  };
  double error = 0;
  const cv::Mat input = to_input(values, grid, {260, 200});
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 260; ++x)
      error = std::max(error, std::abs(input.at<float>(y, x) - plane(x + 0.5, y + 0.5)));
  }
  CHECK(error < 1e-5);

  // A photo of 600×300 of which the input shows the 390×300 in the middle, asked for at a third.
  InputGeometry geometry;
  geometry.photo = {600, 300};
  geometry.input = {260, 200};
  geometry.scale_x = geometry.scale_y = 2.0 / 3;
  geometry.offset_x = -70;
  error = 0;
  const cv::Mat photo = to_photo(values, grid, geometry, {200, 100});
  for (int y = 0; y < 100; ++y) {
    for (int x = 0; x < 200; ++x) {
      const double photo_x = 3 * (x + 0.5), photo_y = 3 * (y + 0.5);
      const bool seen = photo_x >= 105 && photo_x <= 495;
      if (std::isnan(photo.at<float>(y, x)) == seen) FAIL_CHECK("at " << x << ", " << y);
      if (!seen) continue;
      error = std::max(
          error, std::abs(photo.at<float>(y, x) - plane(photo_x * 2 / 3 - 70, photo_y * 2 / 3)));
    }
  }
  CHECK(error < 1e-5);
}

}  // namespace
}  // namespace differentia

#include "atlas/marks/region.h"

#include <vector>

#include "tests/catch.h"

using namespace differentia;

namespace {

// 4 rows of 5 positions, cells of 10×10 over an input of 50×40.
constexpr Size kInput{50, 40};
GridGeometry grid() {
  return {4, 5, 10, 10, 5, 5};
}

std::vector<std::pair<int, int>> cells_of(const Region& region) {
  std::vector<std::pair<int, int>> cells;
  for (const Cell& cell : region) cells.emplace_back(cell.row, cell.column);
  return cells;
}
using Cells = std::vector<std::pair<int, int>>;

}  // namespace

TEST_CASE("a mark reaches one cell on coarse grids, more on finer ones", "[marks]") {
  CHECK(reach({7, 7, 32, 32, 16, 16}) == 1);
  CHECK(reach({14, 20, 16, 16, 8, 8}) == 1);
  CHECK(reach({28, 14, 8, 8, 4, 4}) == 2);
  CHECK(reach({56, 56, 4, 4, 2, 2}) == 4);
}

TEST_CASE("a region is of positions near the peak that add at least a quarter of it", "[marks]") {
  std::vector<float> toward(20, 0.0f);
  toward[1 * 5 + 1] = 4;
  toward[1 * 5 + 2] = 1;      // just enough
  toward[2 * 5 + 1] = 0.99f;  // just not
  toward[0 * 5 + 0] = 2;
  toward[1 * 5 + 3] = 3;  // too far
  const Region region = region_of(grid(), {1, 1, 4}, toward);
  CHECK(cells_of(region) == Cells{{0, 0}, {1, 1}, {1, 2}});
}

TEST_CASE("a window is cut at the grid's edge, and what moves beyond it is left out", "[marks]") {
  CHECK(window(grid(), {1, 2}, 1).size() == 9);
  CHECK(cells_of(window(grid(), {3, 4}, 1)) == Cells{{2, 3}, {2, 4}, {3, 3}, {3, 4}});
  CHECK(cells_of(window(grid(), {0, 0}, 0)) == Cells{{0, 0}});
  const Region pair{{1, 1}, {1, 2}};
  CHECK(cells_of(moved(grid(), pair, {1, 1}, {3, 0})) == Cells{{3, 0}, {3, 1}});
  CHECK(cells_of(moved(grid(), pair, {1, 1}, {0, 4})) == Cells{{0, 4}});
  CHECK(moved(grid(), pair, {1, 2}, {4, 0}).empty());
}

TEST_CASE("the mask of a region is its cells' pixels, wider where asked, within the input",
          "[marks]") {
  const cv::Mat mask = input_mask(grid(), {{0, 0}, {2, 3}}, kInput);
  REQUIRE(mask.size() == cv::Size(50, 40));
  CHECK(cv::countNonZero(mask) == 200);
  CHECK(cv::countNonZero(mask(cv::Rect(0, 0, 10, 10))) == 100);
  CHECK(cv::countNonZero(mask(cv::Rect(30, 20, 10, 10))) == 100);
  const cv::Mat wide = input_mask(grid(), {{0, 0}, {2, 3}}, kInput, 2);
  CHECK(cv::countNonZero(wide) == 12 * 12 + 14 * 14);
  CHECK(cv::countNonZero(input_mask(grid(), {}, kInput)) == 0);
  // A position whose cell lies beyond the input masks nothing and does no harm.
  CHECK(cv::countNonZero(input_mask({4, 5, 10, 10, -20, 5}, {{0, 0}}, kInput)) == 0);
}

TEST_CASE("the box of a region lies in the photo's coordinates", "[marks]") {
  InputGeometry geometry;  // the photo is twice the input, and 8 pixels of it are cut off left
  geometry.photo = {116, 80};
  geometry.input = kInput;
  geometry.scale_x = geometry.scale_y = 0.5;
  geometry.offset_x = -4;
  const Point there = geometry.to_photo(Point{10, 10});
  const Box box = photo_box(grid(), {{1, 1}, {2, 1}}, geometry);
  CHECK(box.x == Approx(there.x));
  CHECK(box.y == Approx(there.y));
  CHECK(box.width == Approx(20));
  CHECK(box.height == Approx(40));
  // Clipped: half of the first cell lies left of the input and of the photo.
  geometry.offset_x = 0;
  const Box clipped = photo_box({4, 5, 10, 10, 0, 5}, {{0, 0}}, geometry);
  CHECK(clipped.x == 0);
  CHECK(clipped.width == Approx(10));
  CHECK(photo_box(grid(), {}, geometry).width == 0);
}

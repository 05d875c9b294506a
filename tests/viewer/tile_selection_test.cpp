#include "viewer/tile_selection.h"

#include <algorithm>

#include "tests/catch.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

// A chequered map: every second bin holds as many points as its column's number, and one.
store::Cells chequered(std::int32_t bins) {
  store::Cells cells;
  for (std::int32_t y = 0; y < bins; ++y) {
    for (std::int32_t x = y % 2; x < bins; x += 2) {
      cells.bin_x.push_back(static_cast<std::uint16_t>(x));
      cells.bin_y.push_back(static_cast<std::uint16_t>(y));
      cells.count.push_back(x + 1);
    }
  }
  return cells;
}

}  // namespace

TEST_CASE("only the cells in sight are selected") {
  const store::Cells cells = chequered(64);
  const auto rows = row_starts(cells, 64);
  const Box view{10.2 / 64, 20.5 / 64, 5.0 / 64, 3.0 / 64};  // columns 10…15, rows 20…23
  const auto found = visible_cells(cells, rows, 64, view, 1000);
  CHECK(found.size() == 4 * 3);
  for (const std::int32_t cell : found) {
    const auto i = static_cast<std::size_t>(cell);
    CHECK(cells.bin_x[i] >= 10);
    CHECK(cells.bin_x[i] <= 15);
    CHECK(cells.bin_y[i] >= 20);
    CHECK(cells.bin_y[i] <= 23);
  }
}

TEST_CASE("the selection is bounded, and empty beside the map") {
  const store::Cells cells = chequered(128);
  const auto rows = row_starts(cells, 128);
  CHECK(visible_cells(cells, rows, 128, {-1, -1, 3, 3}, 1'000'000).size() == cells.count.size());
  CHECK(visible_cells(cells, rows, 128, {-1, -1, 3, 3}, 500).size() == 500);
  CHECK(visible_cells(cells, rows, 128, {1.5, 0, 1, 1}, 500).empty());
  CHECK(visible_cells(cells, rows, 128, {0, -2, 1, 1}, 500).empty());
}

TEST_CASE("the cell at a place") {
  const store::Cells cells = chequered(16);
  const auto rows = row_starts(cells, 16);
  const std::int32_t cell = cell_at(cells, rows, 16, {4.5 / 16, 2.5 / 16});
  REQUIRE(cell >= 0);
  CHECK(cells.bin_x[static_cast<std::size_t>(cell)] == 4);
  CHECK(cells.bin_y[static_cast<std::size_t>(cell)] == 2);
  const Box box = cell_box(cells, 16, cell);
  CHECK(box.x == Approx(4.0 / 16));
  CHECK(box.height == Approx(1.0 / 16));
  CHECK(cell_at(cells, rows, 16, {5.5 / 16, 2.5 / 16}) == -1);  // an empty bin
  CHECK(cell_at(cells, rows, 16, {-0.1, 0.5}) == -1);
  CHECK(cell_at(cells, rows, 16, {0.5, 1.1}) == -1);
  CHECK(cell_at(cells, rows, 16, {1.0, 1.0}) >= 0);  // the far edge belongs to the last bin
}

TEST_CASE("tiles grow with the count, from a half to the whole bin") {
  const store::Cells cells = chequered(32);
  const auto sides = tile_sides(cells);
  for (std::size_t i = 1; i < sides.size(); ++i) {
    CHECK(sides[i] >= 0.5f);
    CHECK(sides[i] <= 1.0f);
    if (cells.count[i] > cells.count[i - 1]) CHECK(sides[i] >= sides[i - 1]);
  }
  CHECK(*std::max_element(sides.begin(), sides.end()) == 1.0f);
  CHECK(sides.front() < 0.7f);
}

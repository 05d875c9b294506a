#include "viewer/regions.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/catch.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

double area(const std::vector<Point>& line) {
  double sum = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const Point a = line[i], b = line[(i + 1) % line.size()];
    sum += a.x * b.y - b.x * a.y;
  }
  return std::abs(sum / 2);
}

store::Cells cells_of(const std::vector<std::string>& rows) {
  store::Cells cells;  // a digit: its concept; 'x': none; ' ': no cell
  for (std::size_t y = 0; y < rows.size(); ++y)
    for (std::size_t x = 0; x < rows[y].size(); ++x) {
      if (rows[y][x] == ' ') continue;
      cells.bin_x.push_back(static_cast<std::uint16_t>(x));
      cells.bin_y.push_back(static_cast<std::uint16_t>(y));
      cells.count.push_back(5);
      cells.concept_number.push_back(
          static_cast<std::int16_t>(rows[y][x] == 'x' ? -1 : rows[y][x] - '0'));
    }
  return cells;
}

// Even–odd rule over all outlines.
bool inside(const Region& region, Point p) {
  bool in = false;
  for (const Outline& outline : region.outlines) {
    const std::vector<Point>& line = outline.points;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const Point a = line[i], b = line[(i + 1) % line.size()];
      if ((a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x))
        in = !in;
    }
  }
  return in;
}

}  // namespace

TEST_CASE("outlines and tiles say the same: each holds its concept's cells and no other") {
  const std::vector<std::string> rows{"0011    ",  //
                                      "0001x  2",  //
                                      "0 01 222",  //
                                      "000112 2",  //
                                      "3  1   2",  //
                                      " 31    2",  //
                                      "1333  22",  //
                                      "11333   "};
  const store::Cells cells = cells_of(rows);
  RegionOptions options;
  options.smallest = 1;
  const auto regions = concept_regions(cells, 8, options);
  for (std::size_t i = 0; i < cells.count.size(); ++i) {
    const Point p{(cells.bin_x[i] + 0.5) / 8, (cells.bin_y[i] + 0.5) / 8};
    std::vector<std::int32_t> around;
    for (const Region& region : regions)
      if (inside(region, p)) around.push_back(region.number);
    CAPTURE(cells.bin_x[i], cells.bin_y[i]);
    if (cells.concept_number[i] < 0)
      CHECK(around.empty());
    else
      CHECK(around == std::vector<std::int32_t>{cells.concept_number[i]});
  }
  // The gap within concept 0 is bridged; the one between concepts is nobody's.
  CHECK(inside(regions.front(), {1.5 / 8, 2.5 / 8}));
  for (const Region& region : regions) CHECK_FALSE(inside(region, {4.5 / 8, 2.5 / 8}));
}

TEST_CASE("a concept's largest region comes first and is kept, specks are not") {
  RegionOptions options;
  options.smallest = 2;
  const auto regions =
      concept_regions(cells_of({"0  00", "     ", "     ", "1   0", "    0"}), 5, options);
  REQUIRE(regions.size() == 3);
  CHECK(regions[0].number == 0);
  CHECK(regions[0].middles.size() == 2);
  CHECK(regions[1].number == 0);
  CHECK(regions[2].number == 1);
  CHECK(regions[2].middles.size() == 1);
  CHECK(regions[2].anchor.x == Approx(0.1));
  CHECK(regions[2].bounds.y == Approx(0.6));
}

TEST_CASE("a ring has two outlines, and its anchor is one of its cells") {
  const auto regions = concept_regions(cells_of({"000", "0x0", "000"}), 3);
  REQUIRE(regions.size() == 1);
  CHECK(regions[0].outlines.size() == 2);
  CHECK_FALSE(inside(regions[0], {0.5, 0.5}));
  CHECK(inside(regions[0], regions[0].anchor));
}

TEST_CASE("each concept has its own half of a divided map") {
  store::Cells cells;
  constexpr std::int32_t kBins = 32;
  for (std::int32_t y = 0; y < kBins; ++y) {
    for (std::int32_t x = 0; x < kBins; ++x) {
      cells.bin_x.push_back(static_cast<std::uint16_t>(x));
      cells.bin_y.push_back(static_cast<std::uint16_t>(y));
      cells.count.push_back(5);
      cells.concept_number.push_back(static_cast<std::int16_t>(y < 4 ? -1 : x < 16 ? 2 : 7));
    }
  }
  const auto regions = concept_regions(cells, kBins);
  REQUIRE(regions.size() == 2);
  CHECK(regions[0].number == 2);
  CHECK(regions[1].number == 7);
  REQUIRE(regions[0].outlines.size() == 1);
  for (const Point& p : regions[0].outlines[0].points) {
    CHECK(p.x <= 0.51);
    CHECK(p.y >= 0.03);
  }
  CHECK(area(regions[0].outlines[0].points) == Approx(0.5 * 28 / 32).epsilon(0.12));
}

TEST_CASE("a straight border costs no more corners than a short one") {
  const auto small = concept_regions(cells_of({"00", "00"}), 2);
  const auto large =
      concept_regions(cells_of(std::vector<std::string>(16, std::string(16, '0'))), 16);
  REQUIRE(small.size() == 1);
  REQUIRE(large.size() == 1);
  CHECK(large[0].outlines.at(0).points.size() == small[0].outlines.at(0).points.size());
}

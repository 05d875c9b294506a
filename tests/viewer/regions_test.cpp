#include "viewer/regions.h"

#include <algorithm>
#include <cmath>

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

}  // namespace

TEST_CASE("the zero line of a cone is a circle") {
  constexpr std::int32_t kSide = 40;
  std::vector<float> field;
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x)
      field.push_back(static_cast<float>(12 - std::hypot(x + 0.5 - 20, y + 0.5 - 20)));
  const auto lines = zero_lines(field, kSide);
  REQUIRE(lines.size() == 1);
  for (const Point& p : lines[0])
    CHECK(std::hypot(p.x - 0.5, p.y - 0.5) == Approx(0.3).margin(0.004));
  CHECK(area(lines[0]) == Approx(3.14159 * 0.09).epsilon(0.01));
}

TEST_CASE("lines close at the border, and saddles are cut apart") {
  const auto full = zero_lines(std::vector<float>(9, 1.0f), 3);
  REQUIRE(full.size() == 1);
  CHECK(area(full[0]) > 0.9);
  const auto saddle = zero_lines({1, -1, -1, 1}, 2);
  CHECK(saddle.size() == 2);
  CHECK(zero_lines({-1, -1, -1, -1}, 2).empty());
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
  for (const Point& p : regions[0].outlines[0]) {
    CHECK(p.x <= 0.51);
    CHECK(p.y >= 0.03);
  }
  CHECK(area(regions[0].outlines[0]) == Approx(0.5 * 28 / 32).epsilon(0.12));
}

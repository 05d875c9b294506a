#include "atlas/cells.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "tests/atlas/planted.h"
#include "tests/catch.h"

using namespace differentia;

namespace {

Layout scattered(std::size_t n) {
  Random random(5);
  Layout layout;
  for (std::size_t i = 0; i < n; ++i) {
    layout.x.push_back(static_cast<float>(random.uniform()));
    layout.y.push_back(static_cast<float>(random.uniform()));
  }
  return layout;
}

}  // namespace

TEST_CASE("cells of every level partition the points and nest") {
  const Layout layout = scattered(5000);
  const Matrix unit = planted::clusters(5, 1000, 6, 0.8);
  CellInput input;
  input.layout = &layout;
  input.unit = &unit;
  const auto levels = make_cells(input);
  REQUIRE(levels.size() >= 3);
  for (std::size_t level = 0; level < levels.size(); ++level) {
    const auto& cells = levels[level].cells;
    CHECK(levels[level].bins == 8 << level);
    CHECK(std::accumulate(cells.count.begin(), cells.count.end(), 0) == 5000);
    for (std::size_t c = 1; c < cells.count.size(); ++c)
      CHECK(std::make_pair(cells.bin_y[c - 1], cells.bin_x[c - 1]) <
            std::make_pair(cells.bin_y[c], cells.bin_x[c]));
    for (std::size_t c = 0; c < cells.count.size(); ++c) {
      const auto medoid = static_cast<std::size_t>(cells.medoid[c]);
      CHECK(std::floor(layout.x[medoid] * levels[level].bins) == cells.bin_x[c]);
      CHECK(std::floor(layout.y[medoid] * levels[level].bins) == cells.bin_y[c]);
    }
  }
  // The last level's cells hold few points; one more would hold too few.
  const double mean_count = 5000.0 / static_cast<double>(levels.back().cells.count.size());
  CHECK(mean_count >= 3);
  CHECK(mean_count < 12);
}

TEST_CASE(
    "a cell holds means, the most frequent concept and the point nearest to the mean activation") {
  Layout layout{{0.1f, 0.11f, 0.12f, 0.9f}, {0.1f, 0.1f, 0.1f, 1.0f}};
  Matrix unit(4, 2);
  unit.values = {1, 0, 0.6f, 0.8f, 0, 1, 1, 0};
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> attribution{1, 10, 2, 20, 6, 60, -1, -10}, subject{1, nan, 0, nan};
  const std::vector<std::int16_t> concept_number{4, -1, 4, -1};
  CellInput input;
  input.layout = &layout;
  input.unit = &unit;
  input.attribution = attribution;
  input.targets = 2;
  input.subject = subject;
  input.concept_number = concept_number;
  const auto cells = make_cells(input).front().cells;
  REQUIRE(cells.count == std::vector<std::int32_t>{3, 1});
  CHECK(cells.attribution == std::vector<float>{3, 30, -1, -10});
  CHECK(cells.subject[0] == 0.5f);
  CHECK(std::isnan(cells.subject[1]));
  CHECK(cells.concept_number == std::vector<std::int16_t>{4, -1});
  CHECK(cells.medoid == std::vector<std::int32_t>{1, 3});
  CHECK(cells.bin_x == std::vector<std::uint16_t>{0, 7});
  CHECK(cells.bin_y == std::vector<std::uint16_t>{0, 7});  // 1.0 lies in the last bin
  CHECK(cells.icon == std::vector<std::int32_t>{-1, -1});
}

TEST_CASE("no points, one point, points in one place") {
  Layout layout;
  Matrix unit(0, 3);
  CellInput input;
  input.layout = &layout;
  input.unit = &unit;
  CHECK(make_cells(input).empty());
  layout = {{0.5f}, {0.5f}};
  unit = Matrix(1, 3);
  CHECK(make_cells(input).size() == 1);
  layout = {std::vector<float>(500, 0.5f), std::vector<float>(500, 0.5f)};
  unit = Matrix(500, 3);
  CHECK(make_cells(input).size() <= 8);
  unit = Matrix(3, 3);
  CHECK_THROWS_AS(make_cells(input), InputError);
}

TEST_CASE("a concept's label stands in its densest part, on one of its points") {
  Random random(1);
  Layout layout;
  std::vector<std::int16_t> number;
  for (int i = 0; i < 300; ++i) {
    const bool dense = i % 3 != 0;
    layout.x.push_back(static_cast<float>((dense ? 0.2 : 0.8) + 0.02 * random.normal()));
    layout.y.push_back(static_cast<float>((dense ? 0.3 : 0.7) + 0.02 * random.normal()));
    number.push_back(i < 200 ? 0 : -1);
  }
  const auto places = label_places(layout, number, 2);
  CHECK(std::abs(places[0].x - 0.2) < 0.03);
  CHECK(std::abs(places[0].y - 0.3) < 0.03);
  CHECK(places[1].x == 0.5);  // a concept without points
}

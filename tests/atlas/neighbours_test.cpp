#include "atlas/neighbours.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <omp.h>

#include "tests/atlas/planted.h"
#include "tests/catch.h"

using namespace differentia;

namespace {

std::vector<std::int32_t> by_hand(const Matrix& unit, std::size_t row, std::size_t k) {
  std::vector<std::pair<double, std::int32_t>> all;
  for (std::size_t j = 0; j < unit.rows; ++j)
    if (j != row)
      all.emplace_back(
          -std::inner_product(unit.row(row).begin(), unit.row(row).end(), unit.row(j).begin(), 0.0),
          static_cast<std::int32_t>(j));
  std::sort(all.begin(), all.end());
  std::vector<std::int32_t> result;
  for (std::size_t j = 0; j < k; ++j) result.push_back(all[j].second);
  return result;
}

}  // namespace

TEST_CASE("exact neighbours are those of a plain search, nearest first, without the row itself") {
  const Matrix unit = planted::clusters(7, 40, 24, 0.7);
  NeighbourOptions options;
  options.k = 9;
  const Neighbours found = find_neighbours(unit, options);
  REQUIRE(found.k == 9);
  for (std::size_t i = 0; i < unit.rows; i += 13) {
    const std::vector<std::int32_t> own(found.index.begin() + static_cast<long>(i * 9),
                                        found.index.begin() + static_cast<long>(i * 9 + 9));
    CHECK(own == by_hand(unit, i, 9));
    for (std::size_t j = 1; j < 9; ++j)
      CHECK(found.similarity[i * 9 + j - 1] >= found.similarity[i * 9 + j]);
  }
}

TEST_CASE("inverted lists find nearly all neighbours") {
  const Matrix unit = planted::clusters(20, 150, 16, 0.6);
  NeighbourOptions exact, lists;
  exact.k = lists.k = 10;
  lists.exact_up_to = 100;
  const Neighbours a = find_neighbours(unit, exact), b = find_neighbours(unit, lists);
  std::size_t shared = 0;
  for (std::size_t i = 0; i < unit.rows; ++i) {
    const std::set<std::int32_t> own(a.index.begin() + static_cast<long>(i * 10),
                                     a.index.begin() + static_cast<long>(i * 10 + 10));
    for (std::size_t j = 0; j < 10; ++j) shared += own.count(b.index[i * 10 + j]);
  }
  CHECK(static_cast<double>(shared) / static_cast<double>(unit.rows * 10) > 0.95);
}

TEST_CASE("the number of threads changes no neighbour and no similarity") {
  const Matrix unit = planted::clusters(11, 500, 48, 0.8);
  for (const std::size_t exact_up_to : {std::size_t{100}, std::size_t{100000}}) {
    NeighbourOptions options;
    options.k = 19;
    options.exact_up_to = exact_up_to;
    const int before = omp_get_max_threads();
    omp_set_num_threads(1);
    const Neighbours one = find_neighbours(unit, options);
    omp_set_num_threads(2);
    const Neighbours two = find_neighbours(unit, options);
    omp_set_num_threads(before);
    CHECK(one.index == two.index);
    CHECK(one.similarity == two.similarity);
  }
}

TEST_CASE("few rows, equal rows and none") {
  CHECK(find_neighbours(Matrix(0, 4)).k == 0);
  CHECK(find_neighbours(planted::clusters(1, 1, 4, 0)).k == 0);
  const Neighbours three = find_neighbours(planted::clusters(1, 3, 4, 0));  // all equal
  REQUIRE(three.k == 2);
  CHECK(three.index == std::vector<std::int32_t>{1, 2, 0, 2, 0, 1});
}

#include "atlas/marks/contrastive_map.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <set>

#include "atlas/neighbours.h"
#include "base/random.h"
#include "explain/model.h"
#include "tests/atlas/marks/planted_pair.h"
#include "tests/catch.h"

using namespace differentia;

namespace {

// Share of the rows' k nearest neighbours that lie within k/2 ranks of them on the line.
double preserved(const Matrix& unit, const std::vector<float>& line, std::size_t k = 20) {
  NeighbourOptions options;
  options.k = k;
  const Neighbours near = find_neighbours(unit, options);
  std::vector<std::size_t> order(unit.rows), rank(unit.rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return line[a] < line[b]; });
  for (std::size_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
  double kept = 0;
  for (std::size_t i = 0; i < unit.rows; ++i)
    for (std::size_t j = 0; j < near.k; ++j) {
      const auto other_rank =
          static_cast<double>(rank[static_cast<std::size_t>(near.index[i * near.k + j])]);
      kept += std::abs(other_rank - static_cast<double>(rank[i])) <= static_cast<double>(k) / 2;
    }
  return kept / static_cast<double>(unit.rows * near.k);
}

// The first principal component, by power iteration.
std::vector<float> principal_line(const Matrix& unit) {
  std::vector<double> mean(unit.columns, 0), axis(unit.columns);
  for (std::size_t i = 0; i < unit.rows; ++i)
    for (std::size_t c = 0; c < unit.columns; ++c)
      mean[c] += unit(i, c) / static_cast<double>(unit.rows);
  Random random(3);
  for (double& a : axis) a = random.normal();
  std::vector<float> line(unit.rows);
  for (int round = 0; round < 60; ++round) {
    std::vector<double> next(unit.columns, 0);
    for (std::size_t i = 0; i < unit.rows; ++i) {
      double along = 0;
      for (std::size_t c = 0; c < unit.columns; ++c) along += (unit(i, c) - mean[c]) * axis[c];
      for (std::size_t c = 0; c < unit.columns; ++c) next[c] += along * (unit(i, c) - mean[c]);
      line[i] = static_cast<float>(along);
    }
    const double length =
        std::sqrt(std::inner_product(next.begin(), next.end(), next.begin(), 0.0));
    for (std::size_t c = 0; c < unit.columns; ++c) axis[c] = next[c] / std::max(1e-12, length);
  }
  return line;
}

// Looks along a bent way through six dimensions, in any order.
Matrix bent_way(std::size_t rows) {
  Matrix unit(rows, 6);
  Random random(11);
  for (std::size_t i = 0; i < rows; ++i) {
    const double t = 6.283 * random.uniform();
    double squares = 0;
    for (std::size_t c = 0; c < 6; ++c) {
      const double turn = static_cast<double>(c / 2 + 1) * t;
      unit(i, c) = static_cast<float>((c % 2 == 0 ? std::cos(turn) : std::sin(turn)) +
                                      0.02 * random.normal());
      squares += unit(i, c) * unit(i, c);
    }
    for (std::size_t c = 0; c < 6; ++c)
      unit(i, c) = static_cast<float>(unit(i, c) / std::sqrt(squares));
  }
  return unit;
}

PairWorkings workings_of(planted::Pair& planted) {
  PairWorkings workings;
  workings.pair = planted.evidence();
  workings.space = pair_space(workings.pair);
  CandidateOptions options;
  options.clusters = {4, 6};
  options.runs = 1;
  for (Candidate& candidate : find_candidates(workings.pair, workings.space, options))
    if (candidate.attribution > 0.5) workings.marks.push_back(std::move(candidate));
  return workings;
}

}  // namespace

TEST_CASE("alike positions are near on the line, far nearer than on a principal component",
          "[marks]") {
  const Matrix unit = bent_way(2000);
  const std::vector<float> line = appearance_line(unit);
  // Evenly from 0 to 1.
  std::vector<float> sorted = line;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i)
    REQUIRE(sorted[i] == Approx(static_cast<double>(i) / 1999.0).margin(1e-5));
  CHECK(preserved(unit, line) > 0.8);
  CHECK(preserved(unit, principal_line(unit)) < 0.3);
  CHECK(appearance_line(unit) == line);
}

TEST_CASE("a line of few positions", "[marks]") {
  CHECK(appearance_line(Matrix(0, 6)).empty());
  CHECK(appearance_line(bent_way(1)) == std::vector<float>{0});
  const std::vector<float> two = appearance_line(bent_way(2));
  CHECK(std::set<float>(two.begin(), two.end()) == std::set<float>{0, 1});
}

TEST_CASE("the contrastive map holds every position once, toward its side, marks by number",
          "[marks]") {
  planted::Pair planted(10, 8, {0.01f, 0.02f});
  planted.plant_in_all(Side::kA, 3, 0.5f);
  planted.plant_in_all(Side::kB, 5, 0.7f);
  const PairWorkings workings = workings_of(planted);
  REQUIRE(workings.marks.size() == 2);
  const store::PairMap map = contrastive_map(workings);
  const std::size_t cells = planted::Pair::kCells;
  REQUIRE(map.size() == 18 * cells);
  std::set<std::tuple<int, int, int>> positions;
  for (std::size_t i = 0; i < map.size(); ++i) {
    CAPTURE(i);
    const bool of_a = map.side[i] == 0;
    REQUIRE(of_a == (map.photo[i] < 1000));
    positions.insert({map.photo[i], map.row[i], map.column[i]});
    const auto photo = static_cast<std::size_t>(map.photo[i] % 1000);
    const bool part = planted.within(map.row[i], planted.row_of(photo)) &&
                      planted.within(map.column[i], planted.column_of(photo));
    const double expected = of_a ? (part ? 0.5 : 0.01) : (part ? -0.7 : -0.02);
    REQUIRE(map.x[i] == Approx(expected));
    const std::size_t number = static_cast<std::size_t>(map.mark[i]);
    REQUIRE((map.mark[i] != 0) == part);
    if (part) REQUIRE((workings.marks[number - 1].carrier == Side::kA) == of_a);
  }
  CHECK(positions.size() == map.size());
  // What was planted in A lies together, and so does what was planted in B.
  for (const std::uint8_t side : {0, 1}) {
    std::vector<double> places;
    for (std::size_t i = 0; i < map.size(); ++i)
      if (map.mark[i] != 0 && map.side[i] == side) places.push_back(map.y[i]);
    CHECK(quantile(places, 0.9) - quantile(places, 0.1) < 0.15);
  }
  const store::PairMap again = contrastive_map(workings);
  CHECK(again.y == map.y);
}

TEST_CASE("a bounded map keeps the peaks of marks, the strongest and some of the rest", "[marks]") {
  planted::Pair planted(10, 10, {0.01f, 0.01f});
  planted.plant_in_all(Side::kA, 3, 0.5f);
  planted.plant(Side::kA, 2, 4, 0, 5, -0.9f);  // of no mark, against its own taxon
  PairWorkings workings = workings_of(planted);
  ContrastiveMapOptions options;
  options.most = 80;
  const store::PairMap map = contrastive_map(workings, options);
  REQUIRE(map.size() == 160);
  std::size_t of_mark = 0, strong = 0, weak = 0;
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (map.side[i] != 0) continue;
    of_mark += map.mark[i] != 0;
    strong += map.x[i] < -0.8f;
    weak += std::abs(map.x[i]) < 0.1f;
  }
  CHECK(of_mark > 35);
  CHECK(strong == 4);
  CHECK(weak >= 20);
  // Photos of the rest are not the first alone.
  std::set<std::int32_t> photos;
  for (std::size_t i = 0; i < map.size(); ++i)
    if (std::abs(map.x[i]) < 0.1f) photos.insert(map.photo[i]);
  CHECK(photos.size() >= 15);
  workings.context = {workings.marks.front()};
  workings.marks.clear();
  const store::PairMap beside = contrastive_map(workings, options);
  CHECK(std::count(beside.mark.begin(), beside.mark.end(), -1) > 35);
}

// DIFFERENTIA_ATLAS, DIFFERENTIA_MODEL, DIFFERENTIA_A and DIFFERENTIA_B ask for another pair.
TEST_CASE("neighbours kept by a pair's line, against the first principal component",
          "[marks][.figures]") {
  const auto asked = [](const char* name, const std::string& usual) {
    const char* given = std::getenv(name);
    return given != nullptr ? std::string(given) : usual;
  };
  const store::Reader atlas(asked("DIFFERENTIA_ATLAS", "data/demo/demo.atlas"));
  const auto model = Model::load(asked("DIFFERENTIA_MODEL", "data/world/clean/model.pt"));
  const store::TaxonRecord a = atlas.find_taxa(asked("DIFFERENTIA_A", "guttata")).at(0),
                           b = atlas.find_taxa(asked("DIFFERENTIA_B", "aurantia")).at(0);
  CompareOptions options;
  options.test = false;
  PairWorkings workings;
  compare_pair(atlas, model, a.id, b.id, options, {}, &workings);
  const auto start = std::chrono::steady_clock::now();
  const store::PairMap map = contrastive_map(workings);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  Matrix rows;
  rows.columns = workings.space.space[0].columns;
  for (const Side side : {Side::kA, Side::kB})
    for (std::size_t i = 0; i < map.size(); ++i) {
      if (map.side[i] != index(side)) continue;
      const auto& photos = workings.pair.side(side).photos;
      const auto photo = std::find_if(photos.begin(), photos.end(), [&](const PairPhoto& one) {
        return one.record.id == map.photo[i];
      });
      const auto position =
          static_cast<std::size_t>(photo - photos.begin()) * workings.pair.cells() +
          static_cast<std::size_t>(map.row[i] * workings.pair.layer.grid.width + map.column[i]);
      const auto row = workings.space.space[index(side)].row(position);
      rows.values.insert(rows.values.end(), row.begin(), row.end());
      ++rows.rows;
    }
  const double line = preserved(rows, map.y), principal = preserved(rows, principal_line(rows));
  std::cout << a.name << " against " << b.name << ", " << map.size()
            << " positions: of the 20 nearest neighbours " << 100 * line
            << " % lie within 10 ranks on the line, " << 100 * principal
            << " % on the first principal component; " << took.count() << " s\n";
  CHECK(line > 4 * principal);
}

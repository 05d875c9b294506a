#include "atlas/fuzzy_graph.h"

#include <cmath>

#include "tests/atlas/planted.h"
#include "tests/catch.h"

using namespace differentia;

TEST_CASE("the curve is umap-learn's") {
  // find_ab_params(spread, min_dist) of umap-learn 0.5.3.
  const LayoutCurve usual = fit_layout_curve(0.1, 1), taxon = fit_layout_curve(0.01, 1),
                    all = fit_layout_curve(0.05, 1);
  CHECK(usual.a == Approx(1.57694).epsilon(1e-3));
  CHECK(usual.b == Approx(0.89506).epsilon(1e-3));
  CHECK(taxon.a == Approx(1.89561).epsilon(1e-3));
  CHECK(taxon.b == Approx(0.80064).epsilon(1e-3));
  CHECK(all.a == Approx(1.75040).epsilon(1e-2));
  CHECK(all.b == Approx(0.84207).epsilon(1e-2));
}

TEST_CASE("memberships: the nearest has 1, together log2(k), both directions joined") {
  const std::size_t k = 8;
  const Matrix unit = planted::clusters(3, 30, 12, 0.8);
  NeighbourOptions options;
  options.k = k;
  const Neighbours neighbours = find_neighbours(unit, options);
  const FuzzyGraph graph = fuzzy_graph(neighbours, k);
  REQUIRE(graph.vertices() == unit.rows);
  const auto weight = [&](std::size_t i, std::int32_t j) {
    for (std::size_t e = graph.first[i]; e < graph.first[i + 1]; ++e)
      if (graph.other[e] == j) return graph.weight[e];
    return 0.f;
  };
  double total = 0;
  for (std::size_t i = 0; i < unit.rows; ++i) {
    CHECK(weight(i, neighbours.index[i * k]) == Approx(1));
    for (std::size_t e = graph.first[i]; e < graph.first[i + 1]; ++e) {
      CHECK(graph.weight[e] > 0);
      CHECK(graph.weight[e] <= 1);
      CHECK(graph.weight[e] ==
            weight(static_cast<std::size_t>(graph.other[e]), static_cast<std::int32_t>(i)));
      total += graph.weight[e];
    }
  }
  // Each row hands out log2(k + 1); a pair's joined weight, counted from both ends, is at least
  // their sum's maximum and at most twice their sum.
  const double handed_out = static_cast<double>(unit.rows) * std::log2(k + 1.0);
  CHECK(total > handed_out);
  CHECK(total < 2 * handed_out);
}

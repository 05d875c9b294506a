#pragma once

// The weighted graph that UMAP lays out (McInnes, Healy, Melville 2018, algorithms 2 to 4).

#include <cstddef>
#include <cstdint>
#include <vector>

#include "atlas/neighbours.h"

namespace differentia {

// Symmetric, as compressed rows: the edges of vertex i are first[i] … first[i + 1] − 1, by rising
// vertex.
struct FuzzyGraph {
  std::vector<std::size_t> first;   // vertices + 1
  std::vector<std::int32_t> other;  // the vertex at the other end
  std::vector<float> weight;        // 0…1

  std::size_t vertices() const { return first.empty() ? 0 : first.size() - 1; }
};

// Of each row's first `count` neighbours: membership exp(−(d − ρ) / σ) with d = 1 − similarity, ρ
// the smallest positive distance and σ such that the memberships sum to log2(count + 1); both
// directions joined by a + b − ab.
FuzzyGraph fuzzy_graph(const Neighbours& neighbours, std::size_t count);

// a and b of 1 / (1 + a d^2b) nearest (least squares) to 1 below min_dist and exp(−(d − min_dist) /
// spread) above it.
struct LayoutCurve {
  double a = 1, b = 1;
};
LayoutCurve fit_layout_curve(double min_dist, double spread);

}  // namespace differentia

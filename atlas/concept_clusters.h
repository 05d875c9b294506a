#pragma once

// How many concepts there are and where: many small clusters by FAISS spherical k-means, joined
// from the bottom up where joining loses little. What a join costs is weighted by importance, so
// that clusters stay fine where it is high.

#include <cstdint>
#include <vector>

#include <gsl/span>

#include "base/matrix.h"

namespace differentia {

struct ConceptClusterOptions {
  int least = 6;  // clusters; fewer where the rows do not hold as many
  int most = 40;
  int small_clusters = 128;  // of the first round; at most one per 20 rows
  double twins =
      0.5;  // clusters whose centroids' cosine is above this are joined even when fewer than `most`
  double coarse =
      0.2;  // what a join of clusters without importance costs, against 1 for the most important
  std::uint64_t seed = 1;
};

// Unit centroids, one a row. `importance`: one non-negative number a row (its attribution's size,
// say), or empty.
Matrix concept_clusters(const Matrix& unit, gsl::span<const float> importance,
                        const ConceptClusterOptions& options = {});

// The nearest centroid of each row (lowest number of equals) and the cosine to it.
void nearest_centroids(const Matrix& unit, const Matrix& centroids,
                       std::vector<std::int32_t>& nearest, std::vector<float>& similarity);

}  // namespace differentia

#pragma once

// Where the concepts are: those clusters that recur. FAISS spherical k-means runs several times,
// with several numbers of clusters, on random halves of the observations; a cluster's stability is
// how well the other runs find it again. The most stable and coherent ones are kept, so that the
// data choose number and size: one region gives one large concept where only that recurs, several
// small ones where these do.

#include <cstdint>
#include <vector>

#include <gsl/span>

#include "base/matrix.h"

namespace differentia {

struct ConceptClusterOptions {
  std::vector<int> fine_counts{22, 34, 50};  // clusters of the runs where `fine` is set
  std::vector<int> coarse_counts{4, 7};      // elsewhere
  int runs = 6;               // of each count, each on another part of the observations
  double observations = 0.6;  // share of the observations that a run sees
  double left_out = 0.4;    // share of a cluster's rows, the farthest, that do not count as its own
  double stability = 0.65;  // least mean Dice overlap with the best cluster of each other run
  double coherence = 0.5;   // weight of the mean cosine to the centroid, against 1 for stability
  double overlap = 0.35;    // Dice overlap from which on the less good of two clusters is dropped
  int rows_per_cluster = 20;  // counts that would leave fewer are lowered
  std::size_t least =
      6;  // clusters: the stability asked for is lowered until there are as many, if there can be
  std::size_t most = 40;
  std::uint64_t seed = 1;
};

// Unit centroids, one a row, best first (fine ones, then coarse ones). One entry for each row of
// `unit`: `observation` (any numbers) and `fine` (true where concepts should be small).
Matrix concept_clusters(const Matrix& unit, gsl::span<const std::int64_t> observation,
                        const std::vector<bool>& fine, const ConceptClusterOptions& options = {});

// The nearest centroid of each row (lowest number of equals; −1 for rows without length) and the
// cosine to it.
void nearest_centroids(const Matrix& unit, const Matrix& centroids,
                       std::vector<std::int32_t>& nearest, std::vector<float>& similarity);

// For each centroid the cosine below which the share `left_out` of the rows nearest to it lie; 1
// where there are none.
std::vector<double> thresholds_of(const std::vector<std::int32_t>& nearest,
                                  const std::vector<float>& similarity, std::size_t centroids,
                                  double left_out);

}  // namespace differentia

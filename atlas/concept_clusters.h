#pragma once

// Where the concepts are: those clusters that recur. The observations are halved at random several
// times, and FAISS spherical k-means with several numbers of clusters runs on each half by itself;
// a cluster's stability is how well two halves, which share no observation, agree on what stands in
// its place. The most stable and coherent ones are kept, so that the data choose number and size: a
// region of the map gives one large concept where only that recurs, several small ones where these
// do. The clusters of one plain k-means run mostly are neither within one part nor found again.

#include <cstdint>
#include <vector>

#include <gsl/span>

#include "base/matrix.h"

namespace differentia {

struct ConceptClusterOptions {
  std::vector<int> fine_counts{10, 15, 22};  // clusters of the runs where `fine` is set
  std::vector<int> coarse_counts{2, 4, 7};   // elsewhere
  int halvings = 16;       // of the observations; each half is clustered on its own
  double left_out = 0.4;   // share of a cluster's rows, the farthest, that do not count as its own
  double stability = 0.6;  // least mean Dice overlap of what two halves find in its place
  double coherence = 0.5;  // weight of the mean cosine to the centroid, against 1 for stability
  double overlap = 0.25;  // Dice overlap from which on the less good of two clusters is dropped; as
                          // is one that shares half of the smaller one
  int rows_per_cluster = 20;  // counts that would leave fewer are lowered
  std::size_t least =
      6;  // clusters: the stability asked for is lowered until there are as many, if there can be
  std::size_t most = 40;
  std::uint64_t seed = 1;
};

struct ConceptClusters {
  Matrix centroids;                // unit, one a row: fine ones, best first, then coarse ones
  std::vector<double> thresholds;  // of each: the cosine above which there are as many rows as the
                                   // runs' clusters had
};

// One entry for each row of `unit`: `observation` (any numbers) and `fine` (true where concepts
// should be small).
ConceptClusters concept_clusters(const Matrix& unit, gsl::span<const std::int64_t> observation,
                                 const std::vector<bool>& fine,
                                 const ConceptClusterOptions& options = {});

// For each row the centroid that it is nearest to among those whose threshold it reaches (lowest
// number of equals; −1 for none), and the cosine to that one, or to the nearest of all.
void assign_rows(const Matrix& unit, const Matrix& centroids, gsl::span<const double> thresholds,
                 std::vector<std::int16_t>& number, std::vector<float>& similarity);

}  // namespace differentia

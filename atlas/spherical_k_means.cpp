#include "atlas/spherical_k_means.h"

#include <algorithm>
#include <utility>

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>

namespace differentia {
namespace {

constexpr std::size_t kBatch = 4096;
constexpr int kRounds = 15;

using Id = faiss::Index::idx_t;

}  // namespace

Matrix spherical_k_means(const Matrix& rows, std::size_t count, std::uint32_t seed) {
  faiss::ClusteringParameters parameters;
  parameters.niter = kRounds;
  parameters.spherical = true;
  parameters.seed = static_cast<int>(seed & 0x7fffffff);
  parameters.min_points_per_centroid = 1;
  // The default of 256 would silently take a sample.
  parameters.max_points_per_centroid = static_cast<int>(rows.rows / count + 1);
  faiss::Clustering clustering(static_cast<int>(rows.columns), static_cast<int>(count), parameters);
  faiss::IndexFlatIP index(static_cast<Id>(rows.columns));
  clustering.train(static_cast<Id>(rows.rows), rows.values.data(), index);
  Matrix centroids;
  centroids.rows = count;
  centroids.columns = rows.columns;
  centroids.values = std::move(clustering.centroids);
  return centroids;
}

// The nearest centroid of each row (lowest number of equals) and the cosine to it.
void nearest_centroids(const Matrix& unit, const Matrix& centroids,
                       std::vector<std::int32_t>& nearest, std::vector<float>& similarity) {
  nearest.assign(unit.rows, -1);
  similarity.assign(unit.rows, 0);
  if (centroids.rows == 0 || unit.rows == 0) return;
  faiss::IndexFlatIP index(static_cast<Id>(unit.columns));
  index.add(static_cast<Id>(centroids.rows), centroids.values.data());
  std::vector<Id> ids(kBatch);
  for (std::size_t first = 0; first < unit.rows; first += kBatch) {
    const std::size_t batch = std::min(kBatch, unit.rows - first);
    index.search(static_cast<Id>(batch), unit.values.data() + first * unit.columns, 1,
                 similarity.data() + first, ids.data());
    for (std::size_t i = 0; i < batch; ++i) nearest[first + i] = static_cast<std::int32_t>(ids[i]);
  }
}

}  // namespace differentia

#include "atlas/concept_clusters.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>

namespace differentia {
namespace {

constexpr std::size_t kBatch = 4096;

// Spherical k-means; with `start`, from those centroids.
Matrix spherical_k_means(const Matrix& rows, std::size_t count, std::uint64_t seed, int rounds,
                         const Matrix* start = nullptr) {
  faiss::ClusteringParameters parameters;
  parameters.niter = rounds;
  parameters.spherical = true;
  parameters.seed = static_cast<int>(seed & 0x7fffffff);
  parameters.min_points_per_centroid = 1;
  parameters.max_points_per_centroid =
      std::numeric_limits<int>::max() / static_cast<int>(count + 1);
  faiss::Clustering clustering(static_cast<int>(rows.columns), static_cast<int>(count), parameters);
  if (start != nullptr) clustering.centroids = start->values;
  faiss::IndexFlatIP index(static_cast<faiss::Index::idx_t>(rows.columns));
  clustering.train(static_cast<faiss::Index::idx_t>(rows.rows), rows.values.data(), index);
  Matrix centroids;
  centroids.rows = count;
  centroids.columns = rows.columns;
  centroids.values = std::move(clustering.centroids);
  return centroids;
}

double dot(gsl::span<const double> a, gsl::span<const double> b) {
  double sum = 0;
  for (std::size_t c = 0; c < static_cast<std::size_t>(a.size()); ++c) sum += a[c] * b[c];
  return sum;
}

struct Cluster {
  std::vector<double> sum;  // of its rows
  double length = 0;        // of the sum: the k-means objective's share
  double count = 0;
  double importance = 0;  // summed
};

Matrix rows_without_zeros(const Matrix& unit, gsl::span<const float> importance,
                          std::vector<float>& kept_importance) {
  Matrix kept;
  kept.columns = unit.columns;
  for (std::size_t i = 0; i < unit.rows; ++i) {
    const auto row = unit.row(i);
    if (std::all_of(row.begin(), row.end(), [](float value) { return value == 0; })) continue;
    kept.values.insert(kept.values.end(), row.begin(), row.end());
    kept_importance.push_back(importance.empty() ? 1.f : importance[i]);
    ++kept.rows;
  }
  return kept;
}

}  // namespace

void nearest_centroids(const Matrix& unit, const Matrix& centroids,
                       std::vector<std::int32_t>& nearest, std::vector<float>& similarity) {
  nearest.assign(unit.rows, -1);
  similarity.assign(unit.rows, 0);
  if (centroids.rows == 0 || unit.rows == 0) return;
  faiss::IndexFlatIP index(static_cast<faiss::Index::idx_t>(unit.columns));
  index.add(static_cast<faiss::Index::idx_t>(centroids.rows), centroids.values.data());
  std::vector<faiss::Index::idx_t> ids(kBatch);
  for (std::size_t first = 0; first < unit.rows; first += kBatch) {
    const std::size_t batch = std::min(kBatch, unit.rows - first);
    index.search(static_cast<faiss::Index::idx_t>(batch), unit.values.data() + first * unit.columns,
                 1, similarity.data() + first, ids.data());
    for (std::size_t i = 0; i < batch; ++i) nearest[first + i] = static_cast<std::int32_t>(ids[i]);
  }
}

Matrix concept_clusters(const Matrix& unit, gsl::span<const float> importance,
                        const ConceptClusterOptions& options) {
  std::vector<float> weight;
  const Matrix rows = rows_without_zeros(unit, importance, weight);
  if (rows.rows == 0) return Matrix(0, unit.columns);
  const std::size_t small = std::clamp<std::size_t>(
      rows.rows / 20, 1, static_cast<std::size_t>(std::max(options.small_clusters, options.most)));
  const Matrix centroids = spherical_k_means(rows, small, options.seed, 25);
  std::vector<std::int32_t> nearest;
  std::vector<float> similarity;
  nearest_centroids(rows, centroids, nearest, similarity);

  std::vector<Cluster> clusters(small);
  for (auto& cluster : clusters) cluster.sum.assign(rows.columns, 0);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    Cluster& cluster = clusters[static_cast<std::size_t>(nearest[i])];
    const auto row = rows.row(i);
    for (std::size_t c = 0; c < rows.columns; ++c) cluster.sum[c] += row[c];
    cluster.count += 1;
    cluster.importance += weight[i];
  }
  clusters.erase(std::remove_if(clusters.begin(), clusters.end(),
                                [](const Cluster& cluster) { return cluster.count == 0; }),
                 clusters.end());
  double most_important = 0;
  for (auto& cluster : clusters) {
    cluster.length = std::sqrt(dot(cluster.sum, cluster.sum));
    most_important = std::max(most_important, cluster.importance / cluster.count);
  }

  // Join the cheapest pair until few enough are left and no twins remain.
  while (clusters.size() > 1) {
    double cheapest = std::numeric_limits<double>::infinity(), cosine = 0;
    std::size_t best_a = 0, best_b = 1;
    for (std::size_t a = 0; a < clusters.size(); ++a)
      for (std::size_t b = a + 1; b < clusters.size(); ++b) {
        const Cluster &one = clusters[a], &two = clusters[b];
        const double product = dot(one.sum, two.sum);
        const double joined = std::sqrt(
            std::max(0.0, one.length * one.length + two.length * two.length + 2 * product));
        const double density = (one.importance + two.importance) / (one.count + two.count);
        const double weighting =
            options.coarse +
            (1 - options.coarse) * (most_important > 0 ? std::sqrt(density / most_important) : 1);
        const double cost = (one.length + two.length - joined) * weighting;
        if (cost < cheapest) {
          cheapest = cost;
          best_a = a;
          best_b = b;
          cosine = product / (one.length * two.length);
        }
      }
    const auto count = static_cast<int>(clusters.size());
    if (count <= options.most && (count <= options.least || cosine < options.twins)) break;
    Cluster &kept = clusters[best_a], &gone = clusters[best_b];
    for (std::size_t c = 0; c < rows.columns; ++c) kept.sum[c] += gone.sum[c];
    kept.length = std::sqrt(dot(kept.sum, kept.sum));
    kept.count += gone.count;
    kept.importance += gone.importance;
    clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(best_b));
  }

  Matrix start(clusters.size(), rows.columns);
  for (std::size_t k = 0; k < clusters.size(); ++k)
    for (std::size_t c = 0; c < rows.columns; ++c)
      start(k, c) = static_cast<float>(clusters[k].sum[c] / std::max(clusters[k].length, 1e-30));
  return spherical_k_means(rows, clusters.size(), options.seed, 3, &start);
}

}  // namespace differentia

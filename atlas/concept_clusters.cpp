#include "atlas/concept_clusters.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "atlas/spherical_k_means.h"
#include "base/random.h"
#include "base/statistics.h"

namespace differentia {
namespace {

constexpr std::size_t kLeastRows = 10;  // of a cluster worth keeping

// For each centroid the cosine below which the share `left_out` of the rows nearest to it lie.
std::vector<double> thresholds_of(const std::vector<std::int32_t>& nearest,
                                  const std::vector<float>& similarity, std::size_t centroids,
                                  double left_out) {
  std::vector<std::vector<double>> own(centroids);
  for (std::size_t i = 0; i < nearest.size(); ++i)
    if (nearest[i] >= 0) own[static_cast<std::size_t>(nearest[i])].push_back(similarity[i]);
  std::vector<double> thresholds;
  for (auto& values : own)
    thresholds.push_back(values.empty() ? 1 : quantile(std::move(values), left_out));
  return thresholds;
}

// A cluster of one run.
struct Found {
  std::vector<float> centroid;
  std::size_t run = 0;
  std::size_t rows = 0;  // its own, among all rows of the region
  double coherence = 0;  // mean cosine of these to the centroid
  double stability = 0;
};

// Clusters of several runs taken together.
struct Recurring {
  std::vector<float> centroid;
  double threshold = 0;
};

Matrix take_rows(const Matrix& unit, const std::vector<std::size_t>& rows) {
  Matrix taken(rows.size(), unit.columns);
  for (std::size_t j = 0; j < rows.size(); ++j) {
    const auto row = unit.row(rows[j]);
    std::copy(row.begin(), row.end(), taken.row(j).begin());
  }
  return taken;
}

// All runs over one region (the fine or the coarse one), and what recurs in them.
class Region {
 public:
  Region(const Matrix& unit, const std::vector<std::size_t>& rows,
         gsl::span<const std::int64_t> observation, const std::vector<int>& counts,
         const ConceptClusterOptions& options, std::uint32_t stream)
      : options_(options), rows_(take_rows(unit, rows)) {
    for (const std::size_t i : rows) observation_.push_back(observation[i]);
    all_ = observation_;
    std::sort(all_.begin(), all_.end());
    all_.erase(std::unique(all_.begin(), all_.end()), all_.end());
    if (rows_.rows == 0) return;
    for (std::size_t run = 0; run < 2 * static_cast<std::size_t>(options.halvings); ++run) {
      // Runs 2i and 2i + 1 see the two halves of one halving.
      Random random(options.seed, stream_id("concept runs") + stream,
                    static_cast<std::uint32_t>(run / 2));
      const Matrix seen = half_of_observations(random, run % 2);
      std::size_t last = 0;
      for (const int count : counts) {
        const std::size_t allowed = std::max<std::size_t>(
            1, rows_.rows / static_cast<std::size_t>(options.rows_per_cluster));
        const std::size_t lowered = std::min({static_cast<std::size_t>(count), allowed, seen.rows});
        const std::uint32_t seed = random.bits();
        if (lowered == last) continue;
        last = lowered;
        add_run(spherical_k_means(seen, lowered, seed), run);
      }
    }
    compare();
  }

  // What stands for the clusters of at least `stability`, best first, at most `most`.
  std::vector<Recurring> recurring(double stability, std::size_t most) const {
    std::vector<std::size_t> order;
    for (std::size_t j = 0; j < found_.size(); ++j)
      if (found_[j].stability >= stability && found_[j].rows >= std::min(kLeastRows, rows_.rows))
        order.push_back(j);
    const auto score = [&](std::size_t j) {
      return found_[j].stability + options_.coherence * found_[j].coherence;
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return score(a) > score(b); });
    std::vector<std::size_t> kept;
    for (const std::size_t j : order) {
      if (kept.size() >= most) break;
      const bool known = std::any_of(kept.begin(), kept.end(), [&](std::size_t other) {
        const double smaller = static_cast<double>(std::min(found_[j].rows, found_[other].rows));
        return dice(j, other) >= options_.overlap || shared(j, other) >= 0.5 * smaller;
      });
      if (!known) kept.push_back(j);
    }
    std::vector<Recurring> result;
    for (const std::size_t j : kept) result.push_back(mean_of_matches(j));
    return result;
  }

 private:
  Matrix half_of_observations(Random& random, std::size_t which) const {
    std::vector<std::int64_t> drawn = all_;
    random.shuffle(drawn);
    // Of few observations each matters too much to be left out: there the runs differ by their
    // seeds alone.
    if (all_.size() >= 6) {
      const auto middle = drawn.begin() + static_cast<std::ptrdiff_t>(drawn.size() / 2);
      drawn = which == 0 ? std::vector<std::int64_t>(drawn.begin(), middle)
                         : std::vector<std::int64_t>(middle, drawn.end());
    } else if (which == 1) {
      random.bits();
    }
    std::sort(drawn.begin(), drawn.end());
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < rows_.rows; ++i)
      if (std::binary_search(drawn.begin(), drawn.end(), observation_[i])) rows.push_back(i);
    return take_rows(rows_, rows);
  }

  void add_run(const Matrix& centroids, std::size_t run) {
    std::vector<std::int32_t> nearest;
    std::vector<float> similarity;
    nearest_centroids(rows_, centroids, nearest, similarity);
    const std::vector<double> thresholds =
        thresholds_of(nearest, similarity, centroids.rows, options_.left_out);
    const std::size_t first = found_.size();
    for (std::size_t k = 0; k < centroids.rows; ++k) {
      Found cluster;
      cluster.centroid.assign(centroids.row(k).begin(), centroids.row(k).end());
      cluster.run = run;
      found_.push_back(std::move(cluster));
    }
    std::vector<std::int32_t> member(rows_.rows, -1);
    for (std::size_t i = 0; i < rows_.rows; ++i) {
      if (nearest[i] < 0) continue;
      const auto k = static_cast<std::size_t>(nearest[i]);
      if (similarity[i] < thresholds[k]) continue;
      member[i] = static_cast<std::int32_t>(first + k);
      found_[first + k].rows += 1;
      found_[first + k].coherence += similarity[i];
    }
    for (std::size_t k = first; k < found_.size(); ++k)
      found_[k].coherence /= std::max<double>(1, static_cast<double>(found_[k].rows));
    members_.push_back(std::move(member));
  }

  // Shared rows of every pair of clusters, and from them each cluster's stability.
  void compare() {
    const std::size_t n = found_.size();
    shared_.assign(n * n, 0);
    std::vector<std::size_t> here;
    for (std::size_t i = 0; i < rows_.rows; ++i) {
      here.clear();
      for (const auto& member : members_)
        if (member[i] >= 0) here.push_back(static_cast<std::size_t>(member[i]));
      for (const std::size_t a : here)
        for (const std::size_t b : here) ++shared_[a * n + b];
    }
    // In each halving, what stands for the cluster in either half, and how well these two, which
    // share no observation, agree.
    const auto halvings = static_cast<std::size_t>(options_.halvings);
    for (std::size_t j = 0; j < n; ++j) {
      std::vector<std::size_t> best(2 * halvings, j);
      std::vector<double> best_dice(2 * halvings, 0);
      for (std::size_t k = 0; k < n; ++k)
        if (dice(j, k) > best_dice[found_[k].run]) {
          best_dice[found_[k].run] = dice(j, k);
          best[found_[k].run] = k;
        }
      for (std::size_t i = 0; i < halvings; ++i)
        if (best_dice[2 * i] > 0 && best_dice[2 * i + 1] > 0)
          found_[j].stability += std::min({best_dice[2 * i], best_dice[2 * i + 1],
                                           dice(best[2 * i], best[2 * i + 1])}) /
                                 static_cast<double>(halvings);
    }
  }

  double shared(std::size_t a, std::size_t b) const { return shared_[a * found_.size() + b]; }

  double dice(std::size_t a, std::size_t b) const {
    const double both = static_cast<double>(found_[a].rows + found_[b].rows);
    return both > 0 ? 2 * shared(a, b) / both : 0;
  }

  // A cluster together with those that other runs found in its place, weighted by their overlap.
  Recurring mean_of_matches(std::size_t j) const {
    std::vector<double> sum(rows_.columns, 0);
    double size = 0, weights = 0;
    for (std::size_t k = 0; k < found_.size(); ++k) {
      const double weight = k == j ? 1 : dice(j, k);
      if (weight < 0.5) continue;
      for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += weight * found_[k].centroid[c];
      size += weight * static_cast<double>(found_[k].rows);
      weights += weight;
    }
    const double length = std::sqrt(std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0));
    Recurring result;
    for (const double value : sum)
      result.centroid.push_back(static_cast<float>(value / std::max(length, 1e-30)));
    std::vector<double> cosines;
    for (std::size_t i = 0; i < rows_.rows; ++i) {
      const auto row = rows_.row(i);
      cosines.push_back(std::inner_product(row.begin(), row.end(), result.centroid.begin(), 0.0));
    }
    result.threshold = quantile(
        std::move(cosines), 1 - std::min(1.0, size / weights / static_cast<double>(rows_.rows)));
    return result;
  }

  const ConceptClusterOptions& options_;
  const Matrix rows_;
  std::vector<std::int64_t> observation_;  // of each row
  std::vector<std::int64_t> all_;          // distinct
  std::vector<Found> found_;
  std::vector<std::vector<std::int32_t>>
      members_;                       // of each run and count: each row's cluster, −1 none
  std::vector<std::int32_t> shared_;  // found_.size() squared
};

}  // namespace

ConceptClusters concept_clusters(const Matrix& unit, gsl::span<const std::int64_t> observation,
                                 const std::vector<bool>& fine,
                                 const ConceptClusterOptions& options) {
  std::vector<std::size_t> fine_rows, coarse_rows;
  for (std::size_t i = 0; i < unit.rows; ++i) {
    const auto row = unit.row(i);
    if (std::all_of(row.begin(), row.end(), [](float value) { return value == 0; })) continue;
    (fine[i] ? fine_rows : coarse_rows).push_back(i);
  }
  const Region on(unit, fine_rows, observation, options.fine_counts, options, 0);
  const Region off(unit, coarse_rows, observation, options.coarse_counts, options, 1);
  std::vector<Recurring> all;
  for (double stability = options.stability;; stability -= 0.15) {
    // The coarse ones may take a quarter of the places.
    const std::vector<Recurring> coarse =
        off.recurring(stability, fine_rows.empty() ? options.most : (options.most + 3) / 4);
    all = on.recurring(stability, options.most - std::min(options.most, coarse.size()));
    all.insert(all.end(), coarse.begin(), coarse.end());
    if (all.size() >= options.least || stability <= 0) break;
  }
  ConceptClusters result;
  result.centroids = Matrix(all.size(), unit.columns);
  for (std::size_t k = 0; k < all.size(); ++k) {
    std::copy(all[k].centroid.begin(), all[k].centroid.end(), result.centroids.row(k).begin());
    result.thresholds.push_back(all[k].threshold);
  }
  return result;
}

void assign_rows(const Matrix& unit, const Matrix& centroids, gsl::span<const double> thresholds,
                 std::vector<std::int16_t>& number, std::vector<float>& similarity) {
  number.assign(unit.rows, -1);
  similarity.assign(unit.rows, 0);
  for (std::size_t i = 0; i < unit.rows; ++i) {
    const auto row = unit.row(i);
    if (std::all_of(row.begin(), row.end(), [](float value) { return value == 0; })) continue;
    double nearest = -2, best = -2;
    for (std::size_t k = 0; k < centroids.rows; ++k) {
      const double cosine =
          std::inner_product(row.begin(), row.end(), centroids.row(k).begin(), 0.0);
      nearest = std::max(nearest, cosine);
      if (cosine < thresholds[k] || cosine <= best) continue;
      best = cosine;
      number[i] = static_cast<std::int16_t>(k);
    }
    if (centroids.rows > 0) similarity[i] = static_cast<float>(number[i] >= 0 ? best : nearest);
  }
}

}  // namespace differentia

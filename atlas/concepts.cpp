#include "atlas/concepts.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "atlas/concept_clusters.h"
#include "atlas/concept_statistics.h"
#include "base/statistics.h"

namespace differentia {
namespace {

// The share of a cluster's own positions that its threshold leaves out: those as far off as
// strangers.
constexpr double kLeftOut = 0.2;

std::vector<double> thresholds_of(const std::vector<std::int32_t>& nearest,
                                  const std::vector<float>& similarity, std::size_t count) {
  std::vector<std::vector<double>> own(count);
  for (std::size_t i = 0; i < nearest.size(); ++i)
    if (nearest[i] >= 0) own[static_cast<std::size_t>(nearest[i])].push_back(similarity[i]);
  std::vector<double> thresholds;
  for (auto& values : own)
    thresholds.push_back(values.empty() ? 1 : quantile(std::move(values), kLeftOut));
  return thresholds;
}

std::vector<std::int16_t> above_thresholds(const std::vector<std::int32_t>& nearest,
                                           const std::vector<float>& similarity,
                                           const std::vector<double>& thresholds) {
  std::vector<std::int16_t> number(nearest.size(), -1);
  for (std::size_t i = 0; i < nearest.size(); ++i)
    if (nearest[i] >= 0 && similarity[i] >= thresholds[static_cast<std::size_t>(nearest[i])])
      number[i] = static_cast<std::int16_t>(nearest[i]);
  return number;
}

// Old numbers in the order of the new ones: most attribution to the own target first, without
// attribution most prevalent.
std::vector<std::size_t> by_weight(const std::vector<Concept>& concepts, bool attributed) {
  std::vector<std::size_t> order(concepts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto &one = concepts[a].record, &two = concepts[b].record;
    return attributed ? one.attribution.value > two.attribution.value
                      : one.prevalence.value > two.prevalence.value;
  });
  return order;
}

}  // namespace

ConceptSet find_concepts(const Positions& positions, const Normalisation& normalisation,
                         gsl::span<const ConceptPhoto> photos, const GridGeometry& grid,
                         const ConceptOptions& options, const ProgressCallback& progress) {
  ConceptSet result;
  result.centroids = Matrix(0, static_cast<std::size_t>(positions.channels));
  if (positions.size() == 0) return result;
  report(progress, {"finding concepts", 0, 3, "steps", "clustering"});
  const Matrix unit = normalisation.apply(positions);
  std::vector<float> importance;
  for (std::size_t i = 0; i < positions.size() && positions.targets > 0; ++i)
    importance.push_back(
        std::abs(positions.attribution[i * static_cast<std::size_t>(positions.targets)]));
  ConceptClusterOptions clustering;
  clustering.least = options.min_concepts;
  clustering.most = options.max_concepts;
  clustering.seed = options.seed;
  const Matrix centroids = concept_clusters(unit, importance, clustering);

  report(progress, {"finding concepts", 1, 3, "steps", "assigning"});
  std::vector<std::int32_t> nearest;
  nearest_centroids(unit, centroids, nearest, result.similarity);
  const std::vector<double> thresholds = thresholds_of(nearest, result.similarity, centroids.rows);
  const std::vector<std::int16_t> number = above_thresholds(nearest, result.similarity, thresholds);

  report(progress, {"finding concepts", 2, 3, "steps", "describing"});
  const ConceptStatistics first =
      concept_statistics(positions, number, result.similarity, thresholds, photos, grid, options);
  const std::vector<std::size_t> order = by_weight(first.concepts, positions.targets > 0);
  std::vector<std::int16_t> renumbered(order.size());
  result.centroids = Matrix(order.size(), centroids.columns);
  for (std::size_t k = 0; k < order.size(); ++k) {
    renumbered[order[k]] = static_cast<std::int16_t>(k);
    const auto row = centroids.row(order[k]);
    std::copy(row.begin(), row.end(), result.centroids.row(k).begin());
    result.concepts.push_back(first.concepts[order[k]]);
    result.concepts.back().record.number = static_cast<std::int32_t>(k);
  }
  for (const std::int16_t old : number)
    result.concept_number.push_back(old < 0 ? old : renumbered[static_cast<std::size_t>(old)]);
  result.prevalence_on_tested = first.prevalence_on_tested;
  return result;
}

std::vector<std::int16_t> assign_concepts(const Matrix& unit, const ConceptSet& concepts,
                                          std::vector<float>* similarity) {
  std::vector<std::int32_t> nearest;
  std::vector<float> own;
  nearest_centroids(unit, concepts.centroids, nearest, own);
  std::vector<double> thresholds;
  for (const Concept& each : concepts.concepts) thresholds.push_back(each.record.threshold);
  std::vector<std::int16_t> number = above_thresholds(nearest, own, thresholds);
  if (similarity != nullptr) *similarity = std::move(own);
  return number;
}

}  // namespace differentia

#include "atlas/concepts.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>

#include "atlas/concept_clusters.h"
#include "atlas/concept_statistics.h"

namespace differentia {
namespace {

// From which share of a position's cell on the subject on it counts as the subject's.
constexpr float kOnSubject = 0.5f;

double own_attribution(const Positions& positions, std::size_t i) {
  return std::abs(positions.attribution[i * static_cast<std::size_t>(positions.targets)]);
}

// Where concepts should be small: on the subject where masks are given, and wherever a position
// adds to the target as much as those on the subject do. Without masks, where the attribution is;
// without both, everywhere.
std::vector<bool> fine_positions(const Positions& positions) {
  const std::size_t n = positions.size();
  const bool attributed = positions.targets > 0;
  std::vector<bool> fine(n, false);
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (positions.subject.empty() || !(positions.subject[i] >= kOnSubject)) continue;
    fine[i] = true;
    if (attributed) sum += own_attribution(positions, i);
    count += 1;
  }
  if (!attributed) return count > 0 ? fine : std::vector<bool>(n, true);
  double enough = 0;
  if (count > 0) {
    enough = sum / count;
  } else {  // twice the mean
    for (std::size_t i = 0; i < n; ++i)
      enough += 2 * own_attribution(positions, i) / static_cast<double>(n);
  }
  for (std::size_t i = 0; i < n; ++i)
    if (own_attribution(positions, i) >= enough) fine[i] = true;
  return fine;
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

std::vector<std::int64_t> observations_of(const Positions& positions,
                                          gsl::span<const ConceptPhoto> photos) {
  std::map<std::int32_t, std::int64_t> of_photo;
  for (const ConceptPhoto& photo : photos) of_photo[photo.photo] = photo.observation;
  std::vector<std::int64_t> observations;
  observations.reserve(positions.size());
  for (const std::int32_t photo : positions.photo) observations.push_back(of_photo.at(photo));
  return observations;
}

}  // namespace

bool place_known(const Positions& positions, gsl::span<const ConceptPhoto> photos) {
  std::map<std::int32_t, bool> with_box;
  for (const ConceptPhoto& photo : photos)
    with_box[photo.photo] = photo.subject && photo.subject->width > 0 && photo.subject->height > 0;
  return std::all_of(positions.photo.begin(), positions.photo.end(), [&](std::int32_t photo) {
    const auto found = with_box.find(photo);
    return found != with_box.end() && found->second;
  });
}

double place_weight(gsl::span<const double> explained, double factor) {
  if (explained.empty()) return 0;
  return factor * std::accumulate(explained.begin(), explained.end(), 0.0) /
         static_cast<double>(explained.size());
}

double explained_by_place(const Positions& positions, const Normalisation& normalisation,
                          gsl::span<const ConceptPhoto> photos, const GridGeometry& grid) {
  if (positions.size() == 0) return 0;
  return explained_by_place(normalisation.apply(positions), folded_places(positions, photos, grid),
                            fine_positions(positions), observations_of(positions, photos));
}

ConceptSet find_concepts(const Positions& positions, const Normalisation& normalisation,
                         gsl::span<const ConceptPhoto> photos, const GridGeometry& grid,
                         const ConceptOptions& options, const ProgressCallback& progress) {
  ConceptSet result;
  result.centroids = Matrix(0, static_cast<std::size_t>(positions.channels) + store::kPlaceColumns);
  if (positions.size() == 0) return result;
  report(progress, {"finding concepts", 0, 3, "steps", "clustering"});
  const Matrix unit = normalisation.apply(positions);
  const std::vector<FoldedPlace> places = folded_places(positions, photos, grid);
  std::vector<std::int64_t> observation = observations_of(positions, photos);
  result.place = place_known(positions, photos) ? options.place : 0;
  const Matrix space = concept_space(unit, places, result.place);
  ConceptClusterOptions clustering;
  clustering.least = static_cast<std::size_t>(std::max(1, options.min_concepts));
  clustering.most = static_cast<std::size_t>(std::max(options.min_concepts, options.max_concepts));
  clustering.seed = options.seed;
  // Clusters are sought where whole grids are kept, else in all there is.
  const auto cells = static_cast<std::size_t>(positions.height * positions.width);
  const std::size_t sought = positions.grid_photos > 0
                                 ? static_cast<std::size_t>(positions.grid_photos) * cells
                                 : positions.size();
  Matrix whole = space;
  whole.rows = sought;
  whole.values.resize(sought * whole.columns);
  observation.resize(sought);
  std::vector<bool> fine = fine_positions(positions);
  fine.resize(sought);
  const ConceptClusters clusters = concept_clusters(whole, observation, fine, clustering);
  const Matrix& centroids = clusters.centroids;
  const std::vector<double>& thresholds = clusters.thresholds;

  report(progress, {"finding concepts", 1, 3, "steps", "assigning"});
  std::vector<std::int16_t> number;
  assign_rows(space, centroids, thresholds, number, result.similarity);

  report(progress, {"finding concepts", 2, 3, "steps", "describing"});
  const ConceptStatistics first =
      concept_statistics(positions, number, result.similarity, thresholds, photos, grid, options);
  std::vector<std::size_t> order = by_weight(first.concepts, positions.targets > 0);
  // A concept whose positions are all nearer to others is none.
  order.erase(
      std::remove_if(order.begin(), order.end(),
                     [&](std::size_t k) { return first.concepts[k].record.positions == 0; }),
      order.end());
  std::vector<std::int16_t> renumbered(first.concepts.size());
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

std::vector<std::int16_t> assign_concepts(const Matrix& space, const ConceptSet& concepts,
                                          std::vector<float>* similarity) {
  std::vector<float> own;
  std::vector<double> thresholds;
  for (const Concept& each : concepts.concepts) thresholds.push_back(each.record.threshold);
  std::vector<std::int16_t> number;
  assign_rows(space, concepts.centroids, thresholds, number, own);
  if (similarity != nullptr) *similarity = std::move(own);
  return number;
}

}  // namespace differentia

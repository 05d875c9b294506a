#include "atlas/concept_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "atlas/icons.h"

namespace differentia {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A photo in which a concept occurs.
struct Occurrence {
  std::size_t best = 0;  // its position nearest to the centroid
  float similarity = -2;
  double attribution = 0;  // of all its positions there
};

class Statistics {
 public:
  Statistics(const Positions& positions, gsl::span<const ConceptPhoto> photos,
             const GridGeometry& grid, const ConceptOptions& options)
      : positions_(positions), grid_(grid), options_(options) {
    for (const ConceptPhoto& photo : photos) photos_[photo.photo] = &photo;
    const std::size_t cells =
        static_cast<std::size_t>(positions.height) * static_cast<std::size_t>(positions.width);
    grid_rows_ = static_cast<std::size_t>(positions.grid_photos) * cells;
    std::set<std::int32_t> looked_at;
    for (std::size_t i = 0; i < positions.size(); ++i) {
      // Whether a photo lacks a concept is known only where its whole grid was kept.
      if (grid_rows_ == 0 || i < grid_rows_) looked_at.insert(positions.photo[i]);
      if (photos_.at(positions.photo[i])->subject) boxes_ = true;
    }
    looked_at_.assign(looked_at.begin(), looked_at.end());
    on_tested_ = std::any_of(looked_at_.begin(), looked_at_.end(),
                             [&](std::int32_t photo) { return photos_.at(photo)->tested; });
  }

  bool on_tested() const { return on_tested_; }

  Concept describe(std::size_t number, double threshold, const std::vector<std::size_t>& members,
                   gsl::span<const float> similarity) const {
    Concept result;
    store::ConceptRecord& record = result.record;
    record.number = static_cast<std::int32_t>(number);
    record.threshold = threshold;
    record.positions = static_cast<std::int64_t>(members.size());

    std::map<std::int32_t, Occurrence> occurrences;
    std::set<std::int64_t> observations;
    for (const std::size_t i : members) {
      observations.insert(info(i).observation);
      if (grid_rows_ > 0 && i >= grid_rows_) continue;
      Occurrence& occurrence = occurrences[positions_.photo[i]];
      if (similarity[i] > occurrence.similarity) {
        occurrence.similarity = similarity[i];
        occurrence.best = i;
      }
      occurrence.attribution += attribution(i);
    }
    record.observations = static_cast<std::int32_t>(observations.size());
    set_prevalence(occurrences, record);
    record.attribution = mean_attribution(occurrences, number);
    const Estimate subject = subject_share(members, number);
    record.subject_share = subject.value;
    record.subject_share_low = subject.low;
    record.subject_share_high = subject.high;
    place(members, record);
    record.medoid = members.empty() ? 0
                                    : static_cast<std::int32_t>(*std::max_element(
                                          members.begin(), members.end(), [&](auto a, auto b) {
                                            return similarity[a] < similarity[b];
                                          }));
    result.exemplars = exemplars(occurrences);
    return result;
  }

 private:
  const ConceptPhoto& info(std::size_t i) const { return *photos_.at(positions_.photo[i]); }

  double attribution(std::size_t i) const {
    return positions_.targets > 0
               ? positions_.attribution[i * static_cast<std::size_t>(positions_.targets)]
               : 0;
  }

  void set_prevalence(const std::map<std::int32_t, Occurrence>& occurrences,
                      store::ConceptRecord& record) const {
    std::map<std::int64_t, bool> seen;  // observation → with the concept
    for (const std::int32_t photo : looked_at_) {
      const ConceptPhoto& own = *photos_.at(photo);
      if (on_tested_ && !own.tested) continue;
      seen[own.observation] |= occurrences.count(photo) > 0;
    }
    const auto with =
        std::count_if(seen.begin(), seen.end(), [](const auto& entry) { return entry.second; });
    record.prevalence = wilson(static_cast<std::size_t>(with), seen.size());
    record.prevalence_with = static_cast<std::int32_t>(with);
    record.prevalence_of = static_cast<std::int32_t>(seen.size());
    record.prevalence_held_out = on_tested_;
  }

  Estimate mean_attribution(const std::map<std::int32_t, Occurrence>& occurrences,
                            std::size_t number) const {
    if (positions_.targets == 0) return {kNaN, kNaN, kNaN};
    std::vector<double> values;
    std::vector<std::int64_t> groups;
    for (const std::int32_t photo : looked_at_) {
      const auto found = occurrences.find(photo);
      values.push_back(found == occurrences.end() ? 0 : found->second.attribution);
      groups.push_back(photos_.at(photo)->observation);
    }
    return bootstrap_mean(values, groups, options_.seed + number);
  }

  Estimate subject_share(const std::vector<std::size_t>& members, std::size_t number) const {
    std::vector<double> values;
    std::vector<std::int64_t> groups;
    for (const std::size_t i : members) {
      if (positions_.subject.empty() || std::isnan(positions_.subject[i])) continue;
      values.push_back(positions_.subject[i]);
      groups.push_back(info(i).observation);
    }
    Estimate share = bootstrap_mean(values, groups, options_.seed + number);
    if (!values.empty()) {  // of one observation alone: 0 to 1
      share.low = std::max(share.low, 0.0);
      share.high = std::min(share.high, 1.0);
    }
    return share;
  }

  // On the subject's bounding box where any photo has one (photos without are left out), else on
  // the photo.
  void place(const std::vector<std::size_t>& members, store::ConceptRecord& record) const {
    record.place_on_subject = boxes_;
    double n = 0, x = 0, y = 0, xx = 0, yy = 0;
    for (const std::size_t i : members) {
      const ConceptPhoto& own = info(i);
      if (boxes_ && !own.subject) continue;
      const Box box = boxes_ ? *own.subject
                             : Box{0, 0, static_cast<double>(own.geometry.photo.width),
                                   static_cast<double>(own.geometry.photo.height)};
      if (box.width <= 0 || box.height <= 0) continue;
      const Point centre =
          own.geometry.to_photo(grid_.centre(positions_.row[i], positions_.column[i]));
      const double u = (centre.x - box.x) / box.width, v = (centre.y - box.y) / box.height;
      n += 1;
      x += u;
      y += v;
      xx += u * u;
      yy += v * v;
    }
    if (n == 0) {
      record.place_x = record.place_y = record.spread_x = record.spread_y = kNaN;
      return;
    }
    record.place_x = x / n;
    record.place_y = y / n;
    record.spread_x = std::sqrt(std::max(0.0, xx / n - x / n * (x / n)));
    record.spread_y = std::sqrt(std::max(0.0, yy / n - y / n * (y / n)));
  }

  // One of each observation: its best photo, by the sum of the ranks of similarity and of
  // attribution.
  std::vector<store::ExemplarRecord> exemplars(
      const std::map<std::int32_t, Occurrence>& occurrences) const {
    std::vector<std::int32_t> photos;
    std::vector<double> similarity, added;
    for (const auto& [photo, occurrence] : occurrences) {
      photos.push_back(photo);
      similarity.push_back(occurrence.similarity);
      added.push_back(occurrence.attribution);
    }
    std::vector<double> score = ranks(similarity);
    const std::vector<double> by_attribution = ranks(added);
    for (std::size_t j = 0; j < score.size(); ++j) score[j] += by_attribution[j];
    std::vector<std::size_t> order(photos.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return score[a] > score[b]; });

    std::vector<store::ExemplarRecord> result;
    std::set<std::int64_t> used;
    for (const std::size_t j : order) {
      if (static_cast<int>(result.size()) >= options_.exemplars) break;
      const ConceptPhoto& own = *photos_.at(photos[j]);
      if (!used.insert(own.observation).second) continue;
      const Occurrence& occurrence = occurrences.at(photos[j]);
      store::ExemplarRecord exemplar;
      exemplar.rank = static_cast<std::int32_t>(result.size());
      exemplar.photo = photos[j];
      exemplar.row = positions_.row[occurrence.best];
      exemplar.column = positions_.column[occurrence.best];
      exemplar.similarity = occurrence.similarity;
      exemplar.attribution = positions_.targets > 0 ? occurrence.attribution : kNaN;
      exemplar.box = icon_box(grid_, own.geometry, exemplar.row, exemplar.column);
      result.push_back(exemplar);
    }
    return result;
  }

  const Positions& positions_;
  const GridGeometry& grid_;
  const ConceptOptions& options_;
  std::map<std::int32_t, const ConceptPhoto*> photos_;
  std::vector<std::int32_t> looked_at_;
  std::size_t grid_rows_ = 0;
  bool boxes_ = false;
  bool on_tested_ = true;
};

}  // namespace

ConceptStatistics concept_statistics(const Positions& positions,
                                     gsl::span<const std::int16_t> number,
                                     gsl::span<const float> similarity,
                                     gsl::span<const double> thresholds,
                                     gsl::span<const ConceptPhoto> photos, const GridGeometry& grid,
                                     const ConceptOptions& options) {
  const Statistics statistics(positions, photos, grid, options);
  std::vector<std::vector<std::size_t>> members(thresholds.size());
  for (std::size_t i = 0; i < positions.size(); ++i)
    if (number[i] >= 0) members[static_cast<std::size_t>(number[i])].push_back(i);
  ConceptStatistics result;
  result.prevalence_on_tested = statistics.on_tested();
  for (std::size_t k = 0; k < members.size(); ++k)
    result.concepts.push_back(statistics.describe(k, thresholds[k], members[k], similarity));
  return result;
}

}  // namespace differentia

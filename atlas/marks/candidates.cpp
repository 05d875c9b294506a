#include "atlas/marks/candidates.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "atlas/spherical_k_means.h"
#include "base/random.h"

namespace differentia {
namespace {

constexpr std::size_t kSimilar = 8;         // positions that novelty goes by
constexpr std::size_t kLeastOfForm = 3;     // photos of a form that counts by itself
constexpr double kLeastAttribution = 0.02;  // logits a photo; less is nothing

// One cluster of one clustering, as a candidate of one side.
struct Found {
  std::size_t clustering = 0;
  std::int32_t cluster = 0;
  Side carrier = Side::kA;
  double attribution = 0;  // a photo of the carrier's finding half
};

// One run of k-means over the finding halves, and where every position of both sides belongs.
struct Clustering {
  Matrix centroids;
  std::array<std::vector<std::int32_t>, 2> nearest;
};

Matrix finding_rows(const PairEvidence& pair, const PairSpace& space) {
  Matrix rows = rows_of(space.space[0], half_positions(pair, Side::kA, false));
  const Matrix more = rows_of(space.space[1], half_positions(pair, Side::kB, false));
  rows.values.insert(rows.values.end(), more.values.begin(), more.values.end());
  rows.rows += more.rows;
  return rows;
}

std::vector<Clustering> clusterings(const PairEvidence& pair, const PairSpace& space,
                                    const CandidateOptions& options) {
  const Matrix rows = finding_rows(pair, space);
  std::vector<Clustering> all;
  if (rows.rows == 0) return all;  // one photo of each taxon, which the testing half has
  for (const int count : options.clusters) {
    for (int run = 0; run < options.runs; ++run) {
      Random random(options.seed, stream_id("marks"), static_cast<std::uint32_t>(all.size()));
      Clustering one;
      one.centroids = spherical_k_means(
          rows, std::min<std::size_t>(static_cast<std::size_t>(count), rows.rows), random.bits());
      std::vector<float> similarity;
      for (std::size_t s = 0; s < 2; ++s)
        nearest_centroids(space.space[s], one.centroids, one.nearest[s], similarity);
      all.push_back(std::move(one));
    }
  }
  return all;
}

// What each cluster adds to a side's margin, a photo of the finding half.
std::vector<double> attributions(const PairEvidence& pair, const Clustering& clustering,
                                 Side side) {
  std::vector<double> sums(clustering.centroids.rows, 0);
  const auto photos = photos_of_half(pair, side, false);
  for (const std::size_t i : photos) {
    for (std::size_t p = i * pair.cells(); p < (i + 1) * pair.cells(); ++p) {
      const std::int32_t k = clustering.nearest[index(side)][p];
      if (k >= 0) sums[static_cast<std::size_t>(k)] += pair.side(side).toward[p];
    }
  }
  for (double& sum : sums) sum /= std::max<double>(1, static_cast<double>(photos.size()));
  return sums;
}

std::vector<char> members(const Clustering& clustering, Side side, std::int32_t cluster) {
  const auto& nearest = clustering.nearest[index(side)];
  std::vector<char> member(nearest.size());
  for (std::size_t p = 0; p < nearest.size(); ++p) member[p] = nearest[p] == cluster;
  return member;
}

// Dice overlap over the finding half.
double overlap(const PairEvidence& pair, Side side, const std::vector<char>& one,
               const std::vector<char>& two) {
  double both = 0, sum = 0;
  for (const std::size_t p : half_positions(pair, side, false)) {
    both += one[p] && two[p];
    sum += (one[p] != 0) + (two[p] != 0);
  }
  return sum > 0 ? 2 * both / sum : 0;
}

std::vector<Peak> peaks_of(const PairEvidence& pair, Side side, const std::vector<char>& member) {
  const PairSide& carrier = pair.side(side);
  std::vector<Peak> peaks(carrier.photos.size());
  for (std::size_t i = 0; i < peaks.size(); ++i) {
    for (std::size_t p = 0; p < pair.cells(); ++p) {
      const std::size_t at = i * pair.cells() + p;
      if (!member[at] || carrier.toward[at] <= peaks[i].attribution) continue;
      peaks[i].attribution = carrier.toward[at];
      peaks[i].row = static_cast<int>(p) / pair.layer.grid.width;
      peaks[i].column = static_cast<int>(p) % pair.layer.grid.width;
    }
  }
  return peaks;
}

double dot(gsl::span<const float> a, gsl::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0f);
}

// Mean of the highest cosines of `look` to these positions.
double similar(gsl::span<const float> look, const Matrix& looks,
               const std::vector<std::size_t>& positions, std::size_t leave_from,
               std::size_t leave_to) {
  std::vector<float> best;  // ascending
  for (const std::size_t p : positions) {
    if (p >= leave_from && p < leave_to) continue;
    const auto cosine = static_cast<float>(dot(look, looks.row(p)));
    if (best.size() == kSimilar && cosine <= best.front()) continue;
    best.insert(std::upper_bound(best.begin(), best.end(), cosine), cosine);
    if (best.size() > kSimilar) best.erase(best.begin());
  }
  if (best.empty()) return 0;
  return std::accumulate(best.begin(), best.end(), 0.0) / static_cast<double>(best.size());
}

double novelty(const PairEvidence& pair, const PairSpace& space, const Candidate& candidate) {
  const Side side = candidate.carrier;
  const auto own = half_positions(pair, side, false),
             others = half_positions(pair, other(side), false);
  const Matrix& looks = space.looks[index(side)];
  double sum = 0, count = 0;
  for (const std::size_t i : photos_of_half(pair, side, false)) {
    const Peak& peak = candidate.peaks[i];
    if (!peak.seen()) continue;
    const std::size_t first = i * pair.cells();
    const auto look =
        looks.row(first + static_cast<std::size_t>(peak.row * pair.layer.grid.width + peak.column));
    sum += similar(look, looks, own, first, first + pair.cells()) -
           similar(look, space.looks[index(other(side))], others, 0, 0);
    count += 1;
  }
  return count > 0 ? sum / count : 0;
}

double form_attribution(const PairEvidence& pair, const Candidate& candidate) {
  const auto photos = photos_of_half(pair, candidate.carrier, false);
  const PairSide& side = pair.side(candidate.carrier);
  const auto& member = candidate.member[index(candidate.carrier)];
  std::vector<double> sums;
  for (const std::size_t i : photos) {
    double sum = 0;
    for (std::size_t p = i * pair.cells(); p < (i + 1) * pair.cells(); ++p)
      if (member[p]) sum += side.toward[p];
    sums.push_back(sum);
  }
  return least_form_mean(pair, candidate.carrier, photos, sums);
}

}  // namespace

double least_form_mean(const PairEvidence& pair, Side carrier,
                       const std::vector<std::size_t>& photos, const std::vector<double>& values) {
  if (values.empty()) return 0;
  std::map<std::string, std::vector<double>> forms;
  for (std::size_t j = 0; j < photos.size(); ++j)
    forms[pair.side(carrier).photos[photos[j]].record.form].push_back(values[j]);
  const auto mean_of = [](const std::vector<double>& some) {
    return std::accumulate(some.begin(), some.end(), 0.0) / static_cast<double>(some.size());
  };
  double least = 0;
  bool any = false;
  for (const auto& [form, some] : forms) {
    if (some.size() < kLeastOfForm) continue;
    least = any ? std::min(least, mean_of(some)) : mean_of(some);
    any = true;
  }
  return any ? least : mean_of(values);
}

std::vector<Candidate> find_candidates(const PairEvidence& pair, const PairSpace& space,
                                       const CandidateOptions& options) {
  const std::vector<Clustering> runs = clusterings(pair, space, options);
  std::vector<Found> pool;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    for (const Side side : {Side::kA, Side::kB}) {
      const std::vector<double> sums = attributions(pair, runs[r], side);
      for (std::size_t k = 0; k < sums.size(); ++k)
        if (sums[k] > kLeastAttribution)
          pool.push_back({r, static_cast<std::int32_t>(k), side, sums[k]});
    }
  }
  std::stable_sort(pool.begin(), pool.end(), [](const Found& one, const Found& two) {
    return one.attribution > two.attribution;
  });
  std::vector<Candidate> kept;
  std::array<int, 2> counts{};
  for (const Found& found : pool) {
    int& count = counts[index(found.carrier)];
    if (count >= options.most) continue;
    const Clustering& run = runs[found.clustering];
    std::vector<char> member = members(run, found.carrier, found.cluster);
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const Candidate& one) {
      return one.carrier == found.carrier &&
             overlap(pair, found.carrier, one.member[index(found.carrier)], member) >
                 options.overlap;
    });
    if (known) continue;
    ++count;
    Candidate candidate;
    candidate.carrier = found.carrier;
    const auto centroid = run.centroids.row(static_cast<std::size_t>(found.cluster));
    candidate.centroid.assign(centroid.begin(), centroid.end());
    candidate.member[index(other(found.carrier))] =
        members(run, other(found.carrier), found.cluster);
    candidate.peaks = peaks_of(pair, found.carrier, member);
    candidate.member[index(found.carrier)] = std::move(member);
    candidate.attribution = form_attribution(pair, candidate);
    candidate.novelty = novelty(pair, space, candidate);
    candidate.score =
        std::max(0.0, candidate.attribution) * std::sqrt(std::max(0.0, candidate.novelty));
    kept.push_back(std::move(candidate));
  }
  std::stable_sort(kept.begin(), kept.end(), [](const Candidate& one, const Candidate& two) {
    return one.score > two.score;
  });
  return kept;
}

}  // namespace differentia

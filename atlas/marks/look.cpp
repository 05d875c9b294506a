#include "atlas/marks/look.h"

#include <algorithm>
#include <numeric>

namespace differentia {
namespace {

// Share of a position's cell on the subject from which on it may show a part: thin ones cover no
// cell.
constexpr float kTouches = 0.25f;

float dot(gsl::span<const float> a, gsl::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0f);
}

// The share of the subject from which on a position of a photo is on it: of a subject smaller than
// that, where it is most.
float least_share(const PairEvidence& pair, Side side, std::size_t photo) {
  float most = 0;
  for (std::size_t p = photo * pair.cells(); p < (photo + 1) * pair.cells(); ++p)
    most = std::max(most, pair.side(side).subject[p]);  // NaN is never more
  return std::min(kTouches, most);
}

std::size_t position(const PairEvidence& pair, std::size_t photo, const Looked& looked) {
  return photo * pair.cells() +
         static_cast<std::size_t>(looked.row * pair.layer.grid.width + looked.column);
}

std::vector<double> mean_look(const PairEvidence& pair, const PairSpace& space, Side side,
                              const std::vector<Looked>& looked) {
  const Matrix& looks = space.looks[index(side)];
  std::vector<double> mean(looks.columns, 0);
  double count = 0;
  for (std::size_t i = 0; i < looked.size(); ++i) {
    if (pair.side(side).photos[i].testing) continue;
    const auto row = looks.row(position(pair, i, looked[i]));
    for (std::size_t c = 0; c < mean.size(); ++c) mean[c] += row[c];
    count += 1;
  }
  for (double& value : mean) value /= std::max(1.0, count);
  return mean;
}

// The look that parts the finding halves best: as many of the carrier's as possible at or above it,
// and of the other's below.
double best_threshold(const PairEvidence& pair, Side carrier,
                      const std::array<std::vector<Looked>, 2>& looked) {
  std::vector<std::pair<double, bool>> all;  // look, is the carrier's
  double carriers = 0, others = 0;
  for (const Side side : {Side::kA, Side::kB}) {
    for (std::size_t i = 0; i < looked[index(side)].size(); ++i) {
      if (pair.side(side).photos[i].testing) continue;
      all.emplace_back(looked[index(side)][i].look, side == carrier);
      (side == carrier ? carriers : others) += 1;
    }
  }
  std::sort(all.begin(), all.end());
  double below_carrier = 0, below_other = 0, best = -2, threshold = 0;
  for (std::size_t i = 0; i <= all.size(); ++i) {
    const double gain =
        below_other / std::max(1.0, others) - below_carrier / std::max(1.0, carriers);
    const double here = i == 0            ? all.empty() ? 0 : all[0].first
                        : i == all.size() ? all[i - 1].first + 1
                                          : (all[i - 1].first + all[i].first) / 2;
    if (gain > best) {
      best = gain;
      threshold = here;
    }
    if (i < all.size()) (all[i].second ? below_carrier : below_other) += 1;
  }
  return threshold;
}

}  // namespace

std::array<std::vector<Looked>, 2> look_at(const PairEvidence& pair, const PairSpace& space,
                                           const Candidate& candidate, bool on_subject) {
  std::array<std::vector<Looked>, 2> result;
  for (const Side side : {Side::kA, Side::kB}) {
    const Matrix& rows = space.space[index(side)];
    auto& looked = result[index(side)];
    looked.resize(pair.side(side).photos.size());
    for (std::size_t i = 0; i < looked.size(); ++i) {
      const float least = on_subject ? least_share(pair, side, i) : 0;
      float nearest = -2;
      for (std::size_t p = 0; p < pair.cells(); ++p) {
        if (pair.side(side).subject[i * pair.cells() + p] < least) continue;
        const float cosine = dot(rows.row(i * pair.cells() + p), candidate.centroid);
        if (cosine <= nearest) continue;
        nearest = cosine;
        looked[i].row = static_cast<int>(p) / pair.layer.grid.width;
        looked[i].column = static_cast<int>(p) % pair.layer.grid.width;
      }
    }
  }
  const Side own = candidate.carrier;
  const std::vector<double> mean = mean_look(pair, space, own, result[index(own)]);
  const std::vector<double> rival = mean_look(pair, space, other(own), result[index(other(own))]);
  double square = 0;
  for (std::size_t c = 0; c < mean.size(); ++c)
    square += (mean[c] - rival[c]) * (mean[c] - rival[c]);
  for (const Side side : {Side::kA, Side::kB}) {
    for (std::size_t i = 0; i < result[index(side)].size(); ++i) {
      Looked& looked = result[index(side)][i];
      const auto row = space.looks[index(side)].row(position(pair, i, looked));
      double along = 0;
      for (std::size_t c = 0; c < mean.size(); ++c)
        along += (row[c] - (mean[c] + rival[c]) / 2) * (mean[c] - rival[c]);
      looked.look = square > 0 ? 2 * along / square : 0;
    }
  }
  const double threshold = best_threshold(pair, own, result);
  for (auto& side : result)
    for (Looked& looked : side) looked.seen = looked.look >= threshold;
  return result;
}

}  // namespace differentia

#include "atlas/marks/look_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/statistics.h"

namespace differentia {
namespace {

std::size_t position(const PairEvidence& pair, std::size_t photo, const Looked& looked) {
  return photo * pair.cells() +
         static_cast<std::size_t>(looked.row * pair.layer.grid.width + looked.column);
}

std::vector<float> mean_of(const PairEvidence& pair, const PairSpace& space, Side side,
                           const std::vector<Looked>& looked) {
  const Matrix& looks = space.looks[index(side)];
  std::vector<double> sum(looks.columns, 0);
  double count = 0;
  for (const std::size_t i : photos_of_half(pair, side, false)) {
    const auto row = looks.row(position(pair, i, looked[i]));
    for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += row[c];
    count += 1;
  }
  std::vector<float> mean;
  for (const double value : sum) mean.push_back(static_cast<float>(value / std::max(1.0, count)));
  return mean;
}

// Its square distance from the line between the two ends.
double distance(const LookScale& scale, gsl::span<const float> row) {
  const double along = std::clamp(scale.look(row), -1.0, 1.0) / 2;
  double sum = 0;
  for (std::size_t c = 0; c < scale.own.size(); ++c) {
    const double middle = (scale.own[c] + scale.rival[c]) / 2, way = scale.own[c] - scale.rival[c];
    const double apart = row[c] - (middle + along * way);
    sum += apart * apart;
  }
  return std::sqrt(sum);
}

}  // namespace

double LookScale::look(gsl::span<const float> row) const {
  double along = 0, square = 0;
  for (std::size_t c = 0; c < own.size(); ++c) {
    const double way = own[c] - rival[c];
    along += (row[c] - (own[c] + rival[c]) / 2) * way;
    square += way * way;
  }
  return square > 0 ? 2 * along / square : 0;
}

double LookScale::unlike(gsl::span<const float> row) const {
  return usual > 0 ? distance(*this, row) / usual : 0;
}

LookScale look_scale(const PairEvidence& pair, const PairSpace& space, const Candidate& candidate,
                     bool on_subject) {
  const auto looked = look_at(pair, space, candidate, on_subject);
  const Side own = candidate.carrier;
  LookScale scale;
  scale.own = mean_of(pair, space, own, looked[index(own)]);
  scale.rival = mean_of(pair, space, other(own), looked[index(other(own))]);
  // Between the highest look that is not seen and the lowest that is.
  double below = -std::numeric_limits<double>::infinity(),
         above = std::numeric_limits<double>::infinity();
  std::vector<double> distances;
  for (const Side side : {Side::kA, Side::kB}) {
    for (std::size_t i = 0; i < looked[index(side)].size(); ++i) {
      const Looked& one = looked[index(side)][i];
      (one.seen ? above : below) = one.seen ? std::min(above, one.look) : std::max(below, one.look);
      if (pair.side(side).photos[i].testing)
        distances.push_back(distance(scale, space.looks[index(side)].row(position(pair, i, one))));
    }
  }
  scale.threshold = std::isfinite(below) && std::isfinite(above) ? (below + above) / 2
                    : std::isfinite(above)                       ? above
                                                                 : below + 1;
  const double first = quantile(distances, 0.25), third = quantile(distances, 0.75);
  scale.usual = std::isfinite(third) ? third + 1.5 * (third - first) : 0;
  return scale;
}

Cell nearest_position(const PairEvidence& query, const PairSpace& space, const Candidate& candidate,
                      bool on_subject) {
  const Looked looked = look_at(query, space, candidate, on_subject)[0].at(0);
  return {looked.row, looked.column};
}

}  // namespace differentia

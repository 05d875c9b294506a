#include "atlas/marks/contrastive_map.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "atlas/marks/region.h"
#include "atlas/spherical_k_means.h"
#include "base/random.h"

namespace differentia {
namespace {

constexpr std::size_t kRowsPerCluster = 64;
constexpr std::size_t kMostClusters = 160;  // more cost time, and bands too thin to see
constexpr double kLeastWeight = 0.1;        // of a position that adds nothing, against the mean one

std::vector<double> distances(const Matrix& unit) {
  std::vector<double> all(unit.rows * unit.rows);
  for (std::size_t i = 0; i < unit.rows; ++i)
    for (std::size_t j = 0; j < unit.rows; ++j) {
      double cosine = 0;
      for (std::size_t c = 0; c < unit.columns; ++c)
        cosine += static_cast<double>(unit(i, c)) * unit(j, c);
      all[i * unit.rows + j] = std::sqrt(std::max(0.0, 2 - 2 * cosine));
    }
  return all;
}

// A short open path through all centroids, each time to the nearest that is left. (2-opt would
// shorten it by little, and keep no more neighbours.)
std::vector<std::size_t> short_path(const Matrix& centroids) {
  const std::size_t n = centroids.rows;
  const std::vector<double> far = distances(centroids);
  const auto step = [&](std::size_t a, std::size_t b) { return far[a * n + b]; };
  std::vector<std::size_t> path(n);
  std::iota(path.begin(), path.end(), std::size_t{0});
  if (n < 3) return path;
  // From the centroid that is farthest from all: an end.
  double most = -1;
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = far.begin() + static_cast<std::ptrdiff_t>(i * n);
    const double sum = std::accumulate(row, row + static_cast<std::ptrdiff_t>(n), 0.0);
    if (sum > most) {
      most = sum;
      std::swap(path[0], *std::find(path.begin(), path.end(), i));
    }
  }
  for (std::size_t i = 1; i < n; ++i) {
    const auto from = path.begin() + static_cast<std::ptrdiff_t>(i);
    std::iter_swap(from, std::min_element(from, path.end(), [&](std::size_t a, std::size_t b) {
                     const double to_a = step(path[i - 1], a), to_b = step(path[i - 1], b);
                     return to_a != to_b ? to_a < to_b : a < b;
                   }));
  }
  return path;
}

// The number of the mark that each position of a side is of; 0: of none.
std::vector<std::int16_t> mark_numbers(const PairWorkings& workings, Side side) {
  const PairEvidence& pair = workings.pair;
  const GridGeometry& grid = pair.layer.grid;
  std::vector<std::int16_t> numbers(pair.side(side).toward.size(), 0);
  const auto enter = [&](const std::vector<Candidate>& marks, int sign) {
    for (std::size_t m = 0; m < marks.size(); ++m) {
      if (marks[m].carrier != side) continue;
      for (std::size_t i = 0; i < marks[m].peaks.size(); ++i) {
        const Peak& peak = marks[m].peaks[i];
        if (!peak.seen()) continue;
        for (const Cell& cell : region_of(grid, peak, pair.side(side).toward_of(i, pair.cells()))) {
          std::int16_t& number =
              numbers[i * pair.cells() +
                      static_cast<std::size_t>(cell.row * grid.width + cell.column)];
          if (number == 0) number = static_cast<std::int16_t>(sign * static_cast<int>(m + 1));
        }
      }
    }
  };
  enter(workings.marks, 1);
  enter(workings.context, -1);
  return numbers;
}

// The peaks of all marks of a side, as positions.
std::vector<std::size_t> peaks_of(const PairWorkings& workings, Side side) {
  std::vector<std::size_t> peaks;
  for (const auto* marks : {&workings.marks, &workings.context})
    for (const Candidate& mark : *marks) {
      if (mark.carrier != side) continue;
      for (std::size_t i = 0; i < mark.peaks.size(); ++i)
        if (mark.peaks[i].seen())
          peaks.push_back(
              i * workings.pair.cells() +
              static_cast<std::size_t>(mark.peaks[i].row * workings.pair.layer.grid.width +
                                       mark.peaks[i].column));
    }
  return peaks;
}

// The factor of weights to chances, of 1 at most, that sum to `wanted` over what is not certain.
double sample_factor(const std::vector<double>& weight, const std::vector<char>& certain,
                     double wanted) {
  double low = 0, high = 1;
  const auto sum_of = [&](double factor) {
    double sum = 0;
    for (std::size_t p = 0; p < weight.size(); ++p)
      if (!certain[p]) sum += std::min(1.0, factor * weight[p]);
    return sum;
  };
  const auto left = static_cast<double>(std::count(certain.begin(), certain.end(), 0));
  while (sum_of(high) < std::min(wanted, left) - 0.5 && high < 1e12) high *= 2;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = (low + high) / 2;
    (sum_of(middle) < wanted ? low : high) = middle;
  }
  return high;
}

// In rising order. The chance of a position grows with what it adds, for or against, so that no
// edge shows where the sample ends; peaks of marks are certain.
std::vector<std::size_t> chosen_positions(const PairWorkings& workings, Side side,
                                          std::size_t most) {
  const std::vector<float>& toward = workings.pair.side(side).toward;
  std::vector<std::size_t> positions;
  if (toward.size() <= most) {
    positions.resize(toward.size());
    std::iota(positions.begin(), positions.end(), std::size_t{0});
    return positions;
  }
  std::vector<double> weight(toward.size());
  double mean = 0;
  for (std::size_t p = 0; p < toward.size(); ++p) {
    weight[p] = std::abs(toward[p]);
    mean += weight[p] / static_cast<double>(toward.size());
  }
  for (double& one : weight) one = mean > 0 ? one + kLeastWeight * mean : 1;
  std::vector<char> certain(toward.size(), 0);
  std::size_t count = 0;
  for (const std::size_t peak : peaks_of(workings, side)) {
    if (count == most / 2 || certain[peak]) continue;
    certain[peak] = 1;
    ++count;
  }
  const double factor = sample_factor(weight, certain, static_cast<double>(most - count));
  // Systematic sampling: as many as the chances sum to, evenly along the positions.
  double sum = 0.5;
  for (std::size_t p = 0; p < toward.size(); ++p) {
    bool chosen = certain[p] != 0;
    if (!chosen) {
      const double before = std::floor(sum);
      sum += std::min(1.0, factor * weight[p]);
      chosen = std::floor(sum) > before && count < most;
      count += chosen;
    }
    if (chosen) positions.push_back(p);
  }
  return positions;
}

// Turned so that what lies higher in the photos is nearer to 0.
void turn_upright(store::PairMap& map) {
  double above = 0, middle = 0;
  for (const std::uint16_t row : map.row) middle += row;
  middle /= static_cast<double>(std::max<std::size_t>(1, map.size()));
  for (std::size_t i = 0; i < map.size(); ++i) above += (map.y[i] - 0.5) * (map.row[i] - middle);
  if (above < 0)
    for (float& y : map.y) y = 1 - y;
}

}  // namespace

std::vector<float> appearance_line(const Matrix& unit, std::uint64_t seed) {
  std::vector<float> line(unit.rows, 0);
  if (unit.rows < 2) return line;
  const std::size_t count = std::clamp<std::size_t>(unit.rows / kRowsPerCluster, 1, kMostClusters);
  const Matrix centroids =
      spherical_k_means(unit, count, Random(seed, stream_id("line of appearances")).bits());
  std::vector<std::int32_t> nearest;
  std::vector<float> similarity;
  nearest_centroids(unit, centroids, nearest, similarity);
  const std::vector<std::size_t> path = short_path(centroids);
  std::vector<std::size_t> place(count);
  for (std::size_t i = 0; i < count; ++i) place[path[i]] = i;
  // From the centroid before to the one after.
  std::vector<double> along(unit.rows, 0);
  for (std::size_t i = 0; i < unit.rows; ++i) {
    const std::size_t at = place[static_cast<std::size_t>(nearest[i])];
    const auto from = centroids.row(path[at > 0 ? at - 1 : at]),
               to = centroids.row(path[at + 1 < count ? at + 1 : at]);
    for (std::size_t c = 0; c < unit.columns; ++c)
      along[i] += static_cast<double>(unit(i, c)) * (to[c] - from[c]);
  }
  std::vector<std::size_t> order(unit.rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const std::size_t at_a = place[static_cast<std::size_t>(nearest[a])],
                      at_b = place[static_cast<std::size_t>(nearest[b])];
    return at_a != at_b ? at_a < at_b : along[a] < along[b];
  });
  for (std::size_t i = 0; i < order.size(); ++i)
    line[order[i]] = static_cast<float>(i) / static_cast<float>(order.size() - 1);
  return line;
}

store::PairMap contrastive_map(const PairWorkings& workings, const ContrastiveMapOptions& options) {
  const PairEvidence& pair = workings.pair;
  store::PairMap map;
  Matrix rows;
  rows.columns = workings.space.space[0].columns;
  for (const Side side : {Side::kA, Side::kB}) {
    const PairSide& own = pair.side(side);
    const Matrix& space = workings.space.space[index(side)];
    const std::vector<std::int16_t> numbers = mark_numbers(workings, side);
    for (const std::size_t p : chosen_positions(workings, side, options.most)) {
      const std::size_t cell = p % pair.cells();
      const auto width = static_cast<std::size_t>(pair.layer.grid.width);
      map.x.push_back(side == Side::kA ? own.toward[p] : -own.toward[p]);
      map.photo.push_back(own.photos[p / pair.cells()].record.id);
      map.row.push_back(static_cast<std::uint16_t>(cell / width));
      map.column.push_back(static_cast<std::uint16_t>(cell % width));
      map.side.push_back(static_cast<std::uint8_t>(index(side)));
      map.mark.push_back(numbers[p]);
      const auto row = space.row(p);
      rows.values.insert(rows.values.end(), row.begin(), row.end());
      ++rows.rows;
    }
  }
  map.y = appearance_line(rows, options.seed);
  turn_upright(map);
  return map;
}

}  // namespace differentia

#include "atlas/cells.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "base/error.h"

namespace differentia {
namespace {

std::uint16_t bin_of(float place, std::int32_t bins) {
  return static_cast<std::uint16_t>(std::clamp(
      static_cast<std::int32_t>(std::floor(place * static_cast<float>(bins))), 0, bins - 1));
}

// The points of each occupied cell, by (bin_y, bin_x); points by rising index.
using Occupied = std::map<std::pair<std::uint16_t, std::uint16_t>, std::vector<std::int32_t>>;

Occupied occupied_cells(const Layout& layout, std::int32_t bins) {
  Occupied occupied;
  for (std::size_t i = 0; i < layout.x.size(); ++i)
    occupied[{bin_of(layout.y[i], bins), bin_of(layout.x[i], bins)}].push_back(
        static_cast<std::int32_t>(i));
  return occupied;
}

// The point whose activation is nearest to the mean of all of them; the first of equals.
std::int32_t medoid_of(const Matrix& unit, const std::vector<std::int32_t>& points) {
  std::vector<double> sum(unit.columns, 0);
  for (const std::int32_t i : points) {
    const auto row = unit.row(static_cast<std::size_t>(i));
    for (std::size_t c = 0; c < unit.columns; ++c) sum[c] += row[c];
  }
  std::int32_t best = points.front();
  double best_along = -std::numeric_limits<double>::infinity();
  for (const std::int32_t i : points) {
    const auto row = unit.row(static_cast<std::size_t>(i));
    const double along = std::inner_product(row.begin(), row.end(), sum.begin(), 0.0);
    if (along > best_along) {
      best_along = along;
      best = i;
    }
  }
  return best;
}

// The most frequent number, −1 ("no concept") only where there is no other; the lowest of equals.
std::int16_t most_frequent(gsl::span<const std::int16_t> numbers,
                           const std::vector<std::int32_t>& points) {
  if (numbers.empty()) return -1;
  std::map<std::int16_t, std::size_t> counts;
  for (const std::int32_t i : points)
    if (numbers[static_cast<std::size_t>(i)] >= 0) ++counts[numbers[static_cast<std::size_t>(i)]];
  std::int16_t best = -1;
  std::size_t most = 0;
  for (const auto& [number, count] : counts)
    if (count > most) {
      most = count;
      best = number;
    }
  return best;
}

store::Cells summarise(const CellInput& input, const Occupied& occupied) {
  store::Cells cells;
  for (const auto& [bin, points] : occupied) {
    cells.bin_y.push_back(bin.first);
    cells.bin_x.push_back(bin.second);
    cells.count.push_back(static_cast<std::int32_t>(points.size()));
    for (int target = 0; target < input.targets; ++target) {
      double sum = 0;
      for (const std::int32_t i : points)
        sum +=
            input
                .attribution[static_cast<std::size_t>(i) * static_cast<std::size_t>(input.targets) +
                             static_cast<std::size_t>(target)];
      cells.attribution.push_back(static_cast<float>(sum / static_cast<double>(points.size())));
    }
    double share = 0, known = 0;
    for (const std::int32_t i : points) {
      const float subject = input.subject.empty() ? std::numeric_limits<float>::quiet_NaN()
                                                  : input.subject[static_cast<std::size_t>(i)];
      if (std::isnan(subject)) continue;
      share += subject;
      known += 1;
    }
    cells.subject.push_back(known > 0 ? static_cast<float>(share / known)
                                      : std::numeric_limits<float>::quiet_NaN());
    cells.concept_number.push_back(most_frequent(input.concept_number, points));
    cells.medoid.push_back(medoid_of(*input.unit, points));
    cells.icon.push_back(-1);
  }
  return cells;
}

void check(const CellInput& input) {
  if (input.layout == nullptr || input.unit == nullptr)
    throw InputError("Cells need a layout and the activations laid out.");
  const std::size_t n = input.layout->x.size();
  const auto fits = [n](std::size_t size) { return size == 0 || size == n; };
  if (input.unit->rows != n || input.layout->y.size() != n ||
      input.attribution.size() != n * static_cast<std::size_t>(input.targets) ||
      !fits(input.subject.size()) || !fits(input.concept_number.size()))
    throw InputError("The map has " + std::to_string(n) +
                     " points, but its activations, attribution, subject shares or concepts are of "
                     "another number.");
}

}  // namespace

std::vector<CellLevel> make_cells(const CellInput& input, const CellOptions& options) {
  check(input);
  std::vector<CellLevel> levels;
  const std::size_t n = input.layout->x.size();
  if (n == 0) return levels;
  for (std::int32_t bins = std::max(1, options.coarsest_bins);; bins *= 2) {
    const Occupied occupied = occupied_cells(*input.layout, bins);
    const double mean_count = static_cast<double>(n) / static_cast<double>(occupied.size());
    if (!levels.empty() && (bins > options.finest_bins || mean_count < options.points_per_cell))
      break;
    levels.push_back({bins, summarise(input, occupied)});
    // Points that share one place never part: further levels would repeat this one.
    if (occupied.size() == n || bins * 2 > 65535) break;
  }
  return levels;
}

std::vector<Point> label_places(const Layout& layout, gsl::span<const std::int16_t> concept_number,
                                int concepts) {
  constexpr int kBins = 32;
  std::vector<std::vector<std::size_t>> points(static_cast<std::size_t>(concepts));
  for (std::size_t i = 0; i < concept_number.size(); ++i)
    if (concept_number[i] >= 0 && concept_number[i] < concepts)
      points[static_cast<std::size_t>(concept_number[i])].push_back(i);

  std::vector<Point> places;
  for (const auto& own : points) {
    if (own.empty()) {
      places.push_back({0.5, 0.5});
      continue;
    }
    std::vector<int> histogram(kBins * kBins, 0);
    for (const std::size_t i : own)
      ++histogram[bin_of(layout.y[i], kBins) * kBins + bin_of(layout.x[i], kBins)];
    // Densest 3 × 3 bins.
    int best_x = 0, best_y = 0, most = -1;
    for (int y = 0; y < kBins; ++y)
      for (int x = 0; x < kBins; ++x) {
        int count = 3 * histogram[static_cast<std::size_t>(y * kBins + x)];
        for (int v = std::max(0, y - 1); v <= std::min(kBins - 1, y + 1); ++v)
          for (int u = std::max(0, x - 1); u <= std::min(kBins - 1, x + 1); ++u)
            count += histogram[static_cast<std::size_t>(v * kBins + u)];
        if (count > most) {
          most = count;
          best_x = x;
          best_y = y;
        }
      }
    Point middle;
    double count = 0;
    for (const std::size_t i : own)
      if (std::abs(bin_of(layout.x[i], kBins) - best_x) <= 1 &&
          std::abs(bin_of(layout.y[i], kBins) - best_y) <= 1) {
        middle.x += layout.x[i];
        middle.y += layout.y[i];
        count += 1;
      }
    middle = {middle.x / count, middle.y / count};
    const std::size_t nearest =
        *std::min_element(own.begin(), own.end(), [&](std::size_t a, std::size_t b) {
          return std::hypot(layout.x[a] - middle.x, layout.y[a] - middle.y) <
                 std::hypot(layout.x[b] - middle.x, layout.y[b] - middle.y);
        });
    places.push_back({layout.x[nearest], layout.y[nearest]});
  }
  return places;
}

}  // namespace differentia

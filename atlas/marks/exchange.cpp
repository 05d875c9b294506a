#include "atlas/marks/exchange.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "atlas/marks/region.h"

namespace differentia {
namespace {

constexpr std::size_t kSimilar = 4;

// The mean activation of the positions of `others` most similar to `row`.
std::vector<float> most_similar(const PairEvidence& pair, Side others, const Matrix& space,
                                const std::vector<std::size_t>& positions,
                                gsl::span<const float> row) {
  std::array<std::pair<float, std::size_t>, kSimilar> best;
  best.fill({-2.0f, 0});
  for (const std::size_t p : positions) {
    const auto there = space.row(p);
    const float cosine = std::inner_product(row.begin(), row.end(), there.begin(), 0.0f);
    if (cosine <= best.back().first) continue;
    best.back() = {cosine, p};
    for (std::size_t i = kSimilar - 1; i > 0 && best[i].first > best[i - 1].first; --i)
      std::swap(best[i], best[i - 1]);
  }
  const auto channels = static_cast<std::size_t>(pair.layer.channels);
  std::vector<float> mean(channels, 0);
  for (const auto& [cosine, p] : best) {
    const auto activation = pair.side(others).activation.subspan(p * channels, channels);
    for (std::size_t c = 0; c < channels; ++c)
      mean[c] += static_cast<float>(activation[c]) / kSimilar;
  }
  return mean;
}

}  // namespace

std::vector<double> exchange_falls(const PairEvidence& pair, const PairSpace& space,
                                   const Candidate& candidate,
                                   const std::vector<std::size_t>& photos, TailAttribution& tail) {
  const Side own = candidate.carrier, others = other(own);
  const PairSide& side = pair.side(own);
  const GridGeometry& grid = pair.layer.grid;
  const std::vector<std::size_t> positions = half_positions(pair, others, false);
  const auto channels = static_cast<std::size_t>(pair.layer.channels);
  const std::size_t size = pair.cells() * channels;
  std::vector<double> falls(photos.size(), 0);
  std::vector<std::size_t> seen;
  Grids grids;
  grids.height = grid.height;
  grids.width = grid.width;
  grids.channels = pair.layer.channels;
  for (std::size_t j = 0; j < photos.size(); ++j) {
    const Peak& peak = candidate.peaks[photos[j]];
    if (!peak.seen() || positions.size() < kSimilar) continue;
    const auto activation = side.activation.subspan(photos[j] * size, size);
    grids.values.insert(grids.values.end(), activation.begin(), activation.end());
    float* values = grids.values.data() + grids.values.size() - size;
    for (const Cell& cell : window(grid, {peak.row, peak.column}, 2 * reach(grid))) {
      const auto p = static_cast<std::size_t>(cell.row * grid.width + cell.column);
      const std::vector<float> instead =
          most_similar(pair, others, space.space[index(others)], positions,
                       space.space[index(own)].row(photos[j] * pair.cells() + p));
      std::copy(instead.begin(), instead.end(), values + p * channels);
    }
    seen.push_back(j);
  }
  if (seen.empty()) return falls;
  grids.photos = static_cast<int>(seen.size());
  const Matrix outputs = tail.outputs(grids);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const auto row = outputs.row(i);
    const double margin = static_cast<double>(row[static_cast<std::size_t>(side.taxon.output)]) -
                          row[static_cast<std::size_t>(pair.side(others).taxon.output)];
    falls[seen[i]] = side.photos[photos[seen[i]]].margin - margin;
  }
  return falls;
}

}  // namespace differentia

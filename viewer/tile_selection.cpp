#include "viewer/tile_selection.h"

#include <algorithm>
#include <cmath>

namespace differentia::viewer {

std::vector<std::int32_t> row_starts(const store::Cells& cells, std::int32_t bins) {
  std::vector<std::int32_t> rows(static_cast<std::size_t>(bins) + 1, 0);
  for (const std::uint16_t y : cells.bin_y)
    if (y < bins) ++rows[y + std::size_t{1}];
  for (std::size_t y = 1; y < rows.size(); ++y) rows[y] += rows[y - 1];
  return rows;
}

std::vector<std::int32_t> visible_cells(const store::Cells& cells,
                                        const std::vector<std::int32_t>& rows, std::int32_t bins,
                                        const Box& visible, std::size_t limit) {
  std::vector<std::int32_t> found;
  const auto bin = [&](double v) {
    return static_cast<std::int32_t>(
        std::clamp(std::floor(v * bins), -1.0, static_cast<double>(bins)));
  };
  const std::int32_t left = std::max(0, bin(visible.x));
  const std::int32_t right = std::min(bins - 1, bin(visible.x + visible.width));
  const std::int32_t top = std::max(0, bin(visible.y));
  const std::int32_t bottom = std::min(bins - 1, bin(visible.y + visible.height));
  for (std::int32_t y = top; y <= bottom; ++y) {
    const auto begin = cells.bin_x.begin() + rows[static_cast<std::size_t>(y)];
    const auto end = cells.bin_x.begin() + rows[static_cast<std::size_t>(y) + 1];
    for (auto it = std::lower_bound(begin, end, left); it != end && *it <= right; ++it) {
      if (found.size() >= limit) return found;
      found.push_back(static_cast<std::int32_t>(it - cells.bin_x.begin()));
    }
  }
  return found;
}

std::int32_t find_cell(const store::Cells& cells, const std::vector<std::int32_t>& rows,
                       std::int32_t bin_x, std::int32_t bin_y) {
  if (bin_y < 0 || bin_x < 0 || static_cast<std::size_t>(bin_y) + 1 >= rows.size()) return -1;
  const auto begin = cells.bin_x.begin() + rows[static_cast<std::size_t>(bin_y)];
  const auto end = cells.bin_x.begin() + rows[static_cast<std::size_t>(bin_y) + 1];
  const auto it = std::lower_bound(begin, end, bin_x);
  return it != end && *it == bin_x ? static_cast<std::int32_t>(it - cells.bin_x.begin()) : -1;
}

std::int32_t cell_at(const store::Cells& cells, const std::vector<std::int32_t>& rows,
                     std::int32_t bins, Point place) {
  if (!(place.x >= 0 && place.x <= 1 && place.y >= 0 && place.y <= 1)) return -1;
  return find_cell(cells, rows, std::min(bins - 1, static_cast<std::int32_t>(place.x * bins)),
                   std::min(bins - 1, static_cast<std::int32_t>(place.y * bins)));
}

Box cell_box(const store::Cells& cells, std::int32_t bins, std::int32_t cell) {
  const auto i = static_cast<std::size_t>(cell);
  const double side = 1.0 / bins;
  return {cells.bin_x[i] * side, cells.bin_y[i] * side, side, side};
}

std::vector<float> tile_sides(const store::Cells& cells) {
  std::vector<float> sides(cells.count.size(), 1.0f);
  if (sides.empty()) return sides;
  std::vector<std::int32_t> counts = cells.count;
  const auto ninth = counts.begin() + static_cast<std::ptrdiff_t>((counts.size() - 1) * 9 / 10);
  std::nth_element(counts.begin(), ninth, counts.end());
  const double full = std::max(1, *ninth);
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const double share = std::min(1.0, cells.count[i] / full);
    sides[i] = static_cast<float>(0.5 + 0.5 * std::sqrt(share));
  }
  return sides;
}

}  // namespace differentia::viewer

#include "viewer/regions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

namespace differentia::viewer {

namespace {

constexpr std::int32_t kEmpty = -2, kNone = -1;  // no cell; a cell in no concept

// The concept of every bin.
class Bins {
 public:
  Bins(const store::Cells& cells, std::int32_t side)
      : side_(side),
        numbers_(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), kEmpty) {
    for (std::size_t i = 0; i < cells.concept_number.size(); ++i)
      if (cells.bin_x[i] < side && cells.bin_y[i] < side)
        numbers_[index(cells.bin_x[i], cells.bin_y[i])] =
            std::max<std::int32_t>(kNone, cells.concept_number[i]);
    bridge(cells);
  }

  std::int32_t side() const { return side_; }
  std::int32_t at(std::int32_t x, std::int32_t y) const {
    return x < 0 || y < 0 || x >= side_ || y >= side_ ? kEmpty : numbers_[index(x, y)];
  }
  std::size_t index(std::int32_t x, std::int32_t y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(side_) +
           static_cast<std::size_t>(x);
  }

 private:
  // Empty bins amid one concept are its own: gaps between sparse tiles are no borders.
  void bridge(const store::Cells& cells) {
    std::vector<std::pair<std::size_t, std::int32_t>> filled;
    for (std::size_t i = 0; i < cells.concept_number.size(); ++i)
      for (std::int32_t dy = -1; dy <= 1; ++dy)
        for (std::int32_t dx = -1; dx <= 1; ++dx) {
          const std::int32_t x = cells.bin_x[i] + dx, y = cells.bin_y[i] + dy;
          if (x < 0 || y < 0 || x >= side_ || y >= side_ || at(x, y) != kEmpty) continue;
          const std::int32_t number = surrounding(x, y);
          if (number >= 0) filled.emplace_back(index(x, y), number);
        }
    for (const auto& [bin, number] : filled) numbers_[bin] = number;
  }

  // The concept that lies on two opposite sides of an empty bin whose neighbours are all of it.
  std::int32_t surrounding(std::int32_t x, std::int32_t y) const {
    std::int32_t number = kEmpty;
    bool between = false;
    for (std::int32_t dy = -1; dy <= 1; ++dy)
      for (std::int32_t dx = -1; dx <= 1; ++dx) {
        const std::int32_t other = at(x + dx, y + dy);
        if (other == kEmpty) continue;
        if (number != kEmpty && other != number) return kNone;
        number = other;
        between = between || at(x - dx, y - dy) == other;
      }
    return between ? number : kNone;
  }

  std::int32_t side_;
  std::vector<std::int32_t> numbers_;
};

using Bin = std::pair<std::int32_t, std::int32_t>;  // x, y; also a corner between bins
constexpr std::array<Bin, 4> kAround{{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};

// One round of Chaikin's corner cutting on a closed line.
std::vector<Point> rounded(const std::vector<Point>& line) {
  std::vector<Point> cut;
  cut.reserve(2 * line.size());
  for (std::size_t i = 0; i < line.size(); ++i) {
    const Point a = line[i];
    const Point b = line[(i + 1) % line.size()];
    cut.push_back({0.75 * a.x + 0.25 * b.x, 0.75 * a.y + 0.25 * b.y});
    cut.push_back({0.25 * a.x + 0.75 * b.x, 0.25 * a.y + 0.75 * b.y});
  }
  return cut;
}

// Without the corners on straight runs, which cost as much as any when drawn.
std::vector<Point> without_straight(const std::vector<Point>& line) {
  std::vector<Point> kept;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const Point a = kept.empty() ? line.back() : kept.back();
    const Point b = line[i];
    const Point c = line[(i + 1) % line.size()];
    const double turn = (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x);
    const double length = std::hypot(b.x - a.x, b.y - a.y) * std::hypot(c.x - b.x, c.y - b.y);
    if (std::abs(turn) > 1e-6 * length) kept.push_back(b);
  }
  return kept;
}

Outline outline_of(std::vector<Point> points) {
  double left = points.front().x, right = left, top = points.front().y, bottom = top;
  for (const Point& p : points) {
    left = std::min(left, p.x);
    right = std::max(right, p.x);
    top = std::min(top, p.y);
    bottom = std::max(bottom, p.y);
  }
  return {std::move(points), {left, top, right - left, bottom - top}};
}

// The borders of a connected part, walked with the part on the right (y goes down), edge by edge.
// Parts that meet at a corner only stay apart there.
std::vector<Outline> borders(const Bins& bins, const std::vector<Bin>& part, double inset) {
  const std::int32_t number = bins.at(part.front().first, part.front().second);
  // Directed edges by their first corner, as indices into kAround.
  std::map<Bin, std::vector<int>> edges;
  for (const auto& [x, y] : part) {
    if (bins.at(x, y - 1) != number) edges[{x, y}].push_back(0);
    if (bins.at(x + 1, y) != number) edges[{x + 1, y}].push_back(1);
    if (bins.at(x, y + 1) != number) edges[{x + 1, y + 1}].push_back(2);
    if (bins.at(x - 1, y) != number) edges[{x, y + 1}].push_back(3);
  }
  const double side = bins.side();
  std::vector<Outline> lines;
  while (!edges.empty()) {
    std::vector<Bin> corners;
    std::vector<int> directions;
    Bin corner = edges.begin()->first;
    int direction = edges.begin()->second.back();
    for (auto it = edges.find(corner); it != edges.end(); it = edges.find(corner)) {
      // At a corner where two parts meet, the right turn stays with this one.
      std::vector<int>& leaving = it->second;
      auto best = std::find(leaving.begin(), leaving.end(), (direction + 1) % 4);
      if (best == leaving.end() || corners.empty()) best = leaving.end() - 1;
      direction = *best;
      leaving.erase(best);
      if (leaving.empty()) edges.erase(it);
      corners.push_back(corner);
      directions.push_back(direction);
      const Bin step = kAround[static_cast<std::size_t>(direction)];
      corner = {corner.first + step.first, corner.second + step.second};
      if (corner == corners.front()) break;
    }
    std::vector<Point> line;
    for (std::size_t i = 0; i < corners.size(); ++i) {
      // Inwards is to the right of both edges that meet here.
      const Bin before = kAround[static_cast<std::size_t>(
          (directions[(i + directions.size() - 1) % directions.size()] + 1) % 4)];
      const Bin after = kAround[static_cast<std::size_t>((directions[i] + 1) % 4)];
      const double x = before == after ? after.first : before.first + after.first;
      const double y = before == after ? after.second : before.second + after.second;
      line.push_back(
          {(corners[i].first + inset * x) / side, (corners[i].second + inset * y) / side});
    }
    lines.push_back(outline_of(without_straight(rounded(rounded(line)))));
  }
  return lines;
}

Region region_of(const Bins& bins, const std::vector<Bin>& part, double inset) {
  Region region;
  region.number = bins.at(part.front().first, part.front().second);
  const double side = bins.side();
  std::int32_t left = part.front().first, right = left, top = part.front().second, bottom = top;
  Point mean{0, 0};
  for (const auto& [x, y] : part) {
    region.middles.push_back({(x + 0.5) / side, (y + 0.5) / side});
    mean.x += region.middles.back().x / static_cast<double>(part.size());
    mean.y += region.middles.back().y / static_cast<double>(part.size());
    left = std::min(left, x);
    right = std::max(right, x);
    top = std::min(top, y);
    bottom = std::max(bottom, y);
  }
  region.bounds = {left / side, top / side, (right + 1 - left) / side, (bottom + 1 - top) / side};
  region.anchor = *std::min_element(
      region.middles.begin(), region.middles.end(), [&](const Point& a, const Point& b) {
        return std::hypot(a.x - mean.x, a.y - mean.y) < std::hypot(b.x - mean.x, b.y - mean.y);
      });
  region.outlines = borders(bins, part, inset);
  return region;
}

}  // namespace

std::vector<Region> concept_regions(const store::Cells& cells, std::int32_t side,
                                    const RegionOptions& options) {
  const Bins bins(cells, side);
  const auto smallest =
      static_cast<std::size_t>(options.smallest > 0 ? options.smallest : std::max(2, side / 16));
  std::map<std::int32_t, std::vector<std::vector<Bin>>> parts;
  std::vector<char> seen(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), 0);
  for (std::int32_t y = 0; y < side; ++y) {
    for (std::int32_t x = 0; x < side; ++x) {
      const std::int32_t number = bins.at(x, y);
      if (number < 0 || seen[bins.index(x, y)]) continue;
      std::vector<Bin> part{{x, y}};
      seen[bins.index(x, y)] = 1;
      for (std::size_t i = 0; i < part.size(); ++i) {
        const Bin from = part[i];
        for (const Bin& step : kAround) {
          const Bin to{from.first + step.first, from.second + step.second};
          if (bins.at(to.first, to.second) != number || seen[bins.index(to.first, to.second)])
            continue;
          seen[bins.index(to.first, to.second)] = 1;
          part.push_back(to);
        }
      }
      parts[number].push_back(std::move(part));
    }
  }
  std::vector<Region> regions;
  for (auto& [number, of_concept] : parts) {
    std::stable_sort(of_concept.begin(), of_concept.end(),
                     [](const auto& a, const auto& b) { return a.size() > b.size(); });
    for (std::size_t i = 0; i < of_concept.size(); ++i)
      if (i == 0 || of_concept[i].size() >= smallest)
        regions.push_back(region_of(bins, of_concept[i], options.inset));
  }
  return regions;
}

}  // namespace differentia::viewer

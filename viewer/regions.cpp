#include "viewer/regions.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace differentia::viewer {

namespace {

using Field = std::vector<float>;

Field blurred(const Field& field, std::int32_t side, double sigma) {
  const auto radius = static_cast<std::int32_t>(std::ceil(3 * sigma));
  std::vector<float> kernel;
  float sum = 0;
  for (std::int32_t d = -radius; d <= radius; ++d) {
    kernel.push_back(static_cast<float>(std::exp(-d * d / (2 * sigma * sigma))));
    sum += kernel.back();
  }
  for (float& k : kernel) k /= sum;
  Field rows(field.size(), 0.0f), both(field.size(), 0.0f);
  const auto at = [&](std::int32_t x, std::int32_t y) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(side) +
           static_cast<std::size_t>(x);
  };
  for (std::int32_t y = 0; y < side; ++y)
    for (std::int32_t x = 0; x < side; ++x)
      for (std::int32_t d = std::max(-radius, -x); d <= std::min(radius, side - 1 - x); ++d)
        rows[at(x, y)] += kernel[static_cast<std::size_t>(d + radius)] * field[at(x + d, y)];
  for (std::int32_t y = 0; y < side; ++y)
    for (std::int32_t x = 0; x < side; ++x)
      for (std::int32_t d = std::max(-radius, -y); d <= std::min(radius, side - 1 - y); ++d)
        both[at(x, y)] += kernel[static_cast<std::size_t>(d + radius)] * rows[at(x, y + d)];
  return both;
}

double area(const std::vector<Point>& line) {
  double sum = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const Point a = line[i], b = line[(i + 1) % line.size()];
    sum += a.x * b.y - b.x * a.y;
  }
  return std::abs(sum) / 2;
}

// One round of Chaikin's corner cutting on a closed line.
std::vector<Point> rounded(const std::vector<Point>& line) {
  std::vector<Point> cut;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const Point a = line[i];
    const Point b = line[(i + 1) % line.size()];
    cut.push_back({0.75 * a.x + 0.25 * b.x, 0.75 * a.y + 0.25 * b.y});
    cut.push_back({0.25 * a.x + 0.75 * b.x, 0.25 * a.y + 0.75 * b.y});
  }
  return cut;
}

}  // namespace

std::vector<std::vector<Point>> zero_lines(const std::vector<float>& field, std::int32_t side) {
  // The field is surrounded by a ring of outside, so that every line closes.
  const auto value = [&](std::int32_t x, std::int32_t y) {
    if (x < 0 || y < 0 || x >= side || y >= side) return -1e-6f;
    return field[static_cast<std::size_t>(y) * static_cast<std::size_t>(side) +
                 static_cast<std::size_t>(x)];
  };
  // A corner of a line lies on an edge between two neighbouring centres: (x, y) to the right (0) or
  // below (1).
  using Edge = std::pair<std::pair<std::int32_t, std::int32_t>, int>;
  std::map<Edge, Edge> next;
  const auto corner = [&](const Edge& edge) {
    const auto [place, down] = edge;
    const float a = value(place.first, place.second);
    const float b = value(place.first + (down ? 0 : 1), place.second + (down ? 1 : 0));
    const double t = std::clamp(static_cast<double>(a) / (static_cast<double>(a) - b), 0.02, 0.98);
    const double x = std::clamp(place.first + (down ? 0.0 : t) + 0.5, 0.0, 1.0 * side);
    const double y = std::clamp(place.second + (down ? t : 0.0) + 0.5, 0.0, 1.0 * side);
    return Point{x / side, y / side};
  };
  for (std::int32_t y = -1; y < side; ++y) {
    for (std::int32_t x = -1; x < side; ++x) {
      const bool a = value(x, y) > 0, b = value(x + 1, y) > 0;
      const bool c = value(x, y + 1) > 0, d = value(x + 1, y + 1) > 0;
      const Edge top{{x, y}, 0}, left{{x, y}, 1}, right{{x + 1, y}, 1}, bottom{{x, y + 1}, 0};
      // Lines run with the inside on their right (y goes down); saddles are cut apart.
      switch ((a ? 1 : 0) | (b ? 2 : 0) | (c ? 4 : 0) | (d ? 8 : 0)) {
        case 1:
          next[top] = left;
          break;
        case 2:
          next[right] = top;
          break;
        case 3:
          next[right] = left;
          break;
        case 4:
          next[left] = bottom;
          break;
        case 5:
          next[top] = bottom;
          break;
        case 6:
          next[right] = top;
          next[left] = bottom;
          break;
        case 7:
          next[right] = bottom;
          break;
        case 8:
          next[bottom] = right;
          break;
        case 9:
          next[top] = left;
          next[bottom] = right;
          break;
        case 10:
          next[bottom] = top;
          break;
        case 11:
          next[bottom] = left;
          break;
        case 12:
          next[left] = right;
          break;
        case 13:
          next[top] = right;
          break;
        case 14:
          next[left] = top;
          break;
        default:
          break;
      }
    }
  }
  std::vector<std::vector<Point>> lines;
  while (!next.empty()) {
    std::vector<Point> line;
    auto it = next.begin();
    while (it != next.end()) {
      line.push_back(corner(it->first));
      const Edge to = it->second;
      next.erase(it);
      it = next.find(to);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<Region> concept_regions(const store::Cells& cells, std::int32_t bins,
                                    const RegionOptions& options) {
  std::map<std::int32_t, Field> densities;
  const std::size_t size = static_cast<std::size_t>(bins) * static_cast<std::size_t>(bins);
  for (std::size_t i = 0; i < cells.count.size(); ++i) {
    if (cells.concept_number[i] < 0 || cells.bin_x[i] >= bins || cells.bin_y[i] >= bins) continue;
    Field& density = densities.try_emplace(cells.concept_number[i], size, 0.0f).first->second;
    density[cells.bin_y[i] * static_cast<std::size_t>(bins) + cells.bin_x[i]] +=
        std::sqrt(static_cast<float>(cells.count[i]));
  }
  std::vector<float> first(size, 0.0f), second(size, 0.0f);  // the two highest densities
  for (auto& [number, density] : densities) {
    density = blurred(density, bins, options.blur);
    for (std::size_t i = 0; i < size; ++i) {
      if (density[i] > first[i]) {
        second[i] = first[i];
        first[i] = density[i];
      } else if (density[i] > second[i]) {
        second[i] = density[i];
      }
    }
  }
  std::vector<Region> regions;
  for (const auto& [number, density] : densities) {
    const float peak = *std::max_element(density.begin(), density.end());
    const float least = static_cast<float>(options.threshold) * peak;
    Field field(size);
    for (std::size_t i = 0; i < size; ++i) {
      const float others = density[i] == first[i] ? second[i] : first[i];
      field[i] = density[i] - std::max(least, others);
    }
    Region region;
    region.number = number;
    for (const auto& line : zero_lines(field, bins))
      if (area(line) * bins * bins >= options.smallest)
        region.outlines.push_back(rounded(rounded(line)));
    if (!region.outlines.empty()) regions.push_back(std::move(region));
  }
  return regions;
}

}  // namespace differentia::viewer

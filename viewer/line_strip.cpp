#include "viewer/line_strip.h"

#include <algorithm>
#include <cmath>

namespace differentia::viewer {

namespace {

constexpr float kLongestJoint = 10;  // times half the width

// To the right of the way from a to b, of length 1.
ImVec2 normal(ImVec2 a, ImVec2 b) {
  const float x = b.x - a.x, y = b.y - a.y;
  const float length = std::sqrt(x * x + y * y);
  return length > 0 ? ImVec2{y / length, -x / length} : ImVec2{0, 0};
}

// From a corner to the edge of a ribbon of half-width 1, between segments of these normals.
ImVec2 joint(ImVec2 before, ImVec2 after) {
  const float x = (before.x + after.x) / 2, y = (before.y + after.y) / 2;
  const float squared = x * x + y * y;
  if (squared < 1e-6f) return after;
  const float scale = std::min(1 / squared, kLongestJoint * kLongestJoint);
  return {x * scale, y * scale};
}

}  // namespace

void Ribbons::clear() {
  corners.clear();
  counts.clear();
}

void add_line(Ribbons& ribbons, gsl::span<const ImVec2> corners, bool closed,
              const LineLook& look) {
  const std::size_t n = corners.size();
  if (n < 2) return;
  const bool cased = look.casing >> 24 != 0;
  const float line_reach = (look.width + 1) / 2;
  const float casing_reach = cased ? (look.casing_width + 1) / 2 : 0;
  const float reach = std::max(line_reach, casing_reach);
  const std::size_t count = closed ? n + 1 : n;
  ribbons.corners.reserve(ribbons.corners.size() + 2 * count);
  for (std::size_t i = 0; i < count; ++i) {
    const ImVec2 here = corners[i % n];
    const bool first = !closed && i == 0, last = !closed && i + 1 == n;
    const ImVec2 before = first ? ImVec2() : normal(corners[(i + n - 1) % n], here);
    const ImVec2 after = last ? ImVec2() : normal(here, corners[(i + 1) % n]);
    const ImVec2 edge = first ? after : last ? before : joint(before, after);
    for (const float side : {reach, -reach})
      ribbons.corners.push_back({here.x + side * edge.x, here.y + side * edge.y, side, line_reach,
                                 casing_reach, look.colour, look.casing});
  }
  ribbons.counts.push_back(static_cast<std::int32_t>(2 * count));
}

}  // namespace differentia::viewer

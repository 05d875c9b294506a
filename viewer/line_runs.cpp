#include "viewer/line_runs.h"

#include <algorithm>

namespace differentia::viewer {

namespace {

// Whether the boxes around a segment and `sight` meet: never false for one that can be seen.
bool may_touch(ImVec2 a, ImVec2 b, const Box& sight) {
  return std::max(a.x, b.x) >= sight.x && std::min(a.x, b.x) <= sight.x + sight.width &&
         std::max(a.y, b.y) >= sight.y && std::min(a.y, b.y) <= sight.y + sight.height;
}

}  // namespace

void visible_runs(gsl::span<const ImVec2> corners, const Box& sight, std::vector<LineRun>& runs) {
  runs.clear();
  const std::size_t n = corners.size();
  if (n < 3) return;
  const auto seen = [&](std::size_t segment) {
    return may_touch(corners[segment % n], corners[(segment + 1) % n], sight);
  };
  // Runs are counted from a segment out of sight, so that none goes over the beginning.
  std::size_t start = 0;
  while (start < n && seen(start)) ++start;
  if (start == n) {
    runs.push_back({0, n, true});
    return;
  }
  // Runs as segments, [begin, end), the ones before and after included; these may be shared.
  for (std::size_t i = start + 1; i < start + n; ++i) {
    if (!seen(i)) continue;
    const std::size_t begin = i - 1;
    while (seen(i)) ++i;
    const std::size_t end = i + 1;
    // Where two runs would share a segment, or be neighbours, they are one.
    if (!runs.empty() && begin <= runs.back().first + runs.back().count - 1)
      runs.back().count = end + 1 - runs.back().first;
    else
      runs.push_back({begin, end + 1 - begin, false});
  }
  // The last may reach around to the first.
  if (runs.size() > 1) {
    LineRun& last = runs.back();
    const std::size_t end = last.first + last.count - 1;
    if (end >= runs.front().first + n) {
      last.count = runs.front().first + n + runs.front().count - last.first;
      runs.erase(runs.begin());
    }
  }
  if (runs.size() == 1 && runs.front().count > n) runs.front() = {0, n, true};
  for (LineRun& run : runs) run.first %= n;
}

}  // namespace differentia::viewer

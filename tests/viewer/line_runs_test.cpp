#include "viewer/line_runs.h"

#include <cmath>
#include <set>

#include "base/random.h"
#include "tests/catch.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

constexpr double kPi = 3.14159265358979;

// A ragged ring of n corners around (x, y).
std::vector<ImVec2> ring(int n, double x, double y, double radius, Random& random) {
  std::vector<ImVec2> line;
  for (int i = 0; i < n; ++i) {
    const double angle = 2 * kPi * i / n, r = radius * random.uniform(0.6, 1.0);
    line.push_back(
        {static_cast<float>(x + r * std::cos(angle)), static_cast<float>(y + r * std::sin(angle))});
  }
  return line;
}

bool inside(ImVec2 p, const Box& box) {
  return p.x >= box.x && p.x <= box.x + box.width && p.y >= box.y && p.y <= box.y + box.height;
}

// A point of the segment lies in the box; looked at in small steps.
bool crosses(ImVec2 a, ImVec2 b, const Box& box) {
  for (int i = 0; i <= 200; ++i) {
    const float t = static_cast<float>(i) / 200;
    if (inside({a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)}, box)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("runs hold every segment in sight with its neighbours, and none twice") {
  Random random(11);
  const Box sight{0, 0, 100, 80};
  std::size_t left_out = 0, closed = 0;
  for (int round = 0; round < 400; ++round) {
    const auto line = ring(static_cast<int>(random.uniform(3, 60)), random.uniform(-80, 180),
                           random.uniform(-80, 160), random.uniform(5, 150), random);
    const std::size_t n = line.size();
    std::vector<LineRun> runs;
    visible_runs(line, sight, runs);
    std::set<std::size_t> segments;
    for (const LineRun& run : runs) {
      CAPTURE(round, n, run.first, run.count);
      REQUIRE(run.first < n);
      REQUIRE(run.count <= n);
      REQUIRE(run.count >= 2);
      closed += run.closed ? 1 : 0;
      for (std::size_t i = 0; i + (run.closed ? 0 : 1) < run.count; ++i)
        REQUIRE(segments.insert((run.first + i) % n).second);
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (!crosses(line[i], line[(i + 1) % n], sight)) continue;
      CAPTURE(round, n, i);
      REQUIRE(segments.count(i) == 1);
      REQUIRE(segments.count((i + 1) % n) == 1);
      REQUIRE(segments.count((i + n - 1) % n) == 1);
    }
    left_out += n - segments.size();
  }
  CHECK(left_out > 2000);
  CHECK(closed > 0);
}

TEST_CASE("a line in sight is one closed run, one out of sight is none") {
  std::vector<LineRun> runs;
  const std::vector<ImVec2> square{{10, 10}, {20, 10}, {20, 20}, {10, 20}};
  visible_runs(square, {0, 0, 50, 50}, runs);
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].closed);
  CHECK(runs[0].count == 4);
  visible_runs(square, {30, 0, 50, 50}, runs);
  CHECK(runs.empty());
}

TEST_CASE("a run goes over the line's beginning as one") {
  // A long thin box whose first corner is in sight, and whose other end is not.
  std::vector<ImVec2> line{{5, 5}};
  for (int x = 20; x <= 200; x += 10) line.push_back({static_cast<float>(x), 5});
  for (int x = 200; x >= 5; x -= 10) line.push_back({static_cast<float>(x), 8});
  std::vector<LineRun> runs;
  visible_runs(line, {0, 0, 30, 30}, runs);
  REQUIRE(runs.size() == 1);
  CHECK_FALSE(runs[0].closed);
  CHECK(runs[0].first + runs[0].count > line.size());
}

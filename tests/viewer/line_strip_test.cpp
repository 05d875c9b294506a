#include "viewer/line_strip.h"

#include <cmath>

#include "tests/catch.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

// How far a point is from the endless line through a and b.
double away(const RibbonCorner& p, ImVec2 a, ImVec2 b) {
  const double x = b.x - a.x, y = b.y - a.y;
  return std::abs(x * (p.y - a.y) - y * (p.x - a.x)) / std::hypot(x, y);
}

const LineLook kLook{0xFF0000FFu, 0x80141110u, 2, 5};

}  // namespace

TEST_CASE("a ribbon's edges lie where the casing has faded out, at joints too") {
  const std::vector<ImVec2> line{{10, 10}, {40, 10}, {60, 30}, {60, 70}, {10, 90}};
  for (const bool closed : {true, false}) {
    Ribbons ribbons;
    add_line(ribbons, line, closed, kLook);
    const std::size_t n = line.size(), count = closed ? n + 1 : n;
    REQUIRE(ribbons.counts == std::vector<std::int32_t>{static_cast<std::int32_t>(2 * count)});
    REQUIRE(ribbons.corners.size() == 2 * count);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t side = 0; side < 2; ++side) {
        const RibbonCorner& corner = ribbons.corners[2 * i + side];
        CAPTURE(closed, i, side);
        CHECK(corner.across == (side == 0 ? 3.0f : -3.0f));
        CHECK(corner.casing_reach == 3);
        CHECK(corner.line_reach == 1.5f);
        CHECK(corner.line == kLook.colour);
        CHECK(corner.casing == kLook.casing);
        if (closed || i > 0) CHECK(away(corner, line[(i + n - 1) % n], line[i % n]) == Approx(3));
        if (closed || i + 1 < n) CHECK(away(corner, line[i % n], line[(i + 1) % n]) == Approx(3));
      }
    }
  }
}

TEST_CASE("a line without a casing is as wide as itself") {
  LineLook look = kLook;
  look.casing = 0x00141110u;
  Ribbons ribbons;
  add_line(ribbons, std::vector<ImVec2>{{0, 0}, {10, 0}}, false, look);
  REQUIRE(ribbons.corners.size() == 4);
  CHECK(std::abs(ribbons.corners[0].y) == 1.5f);
  CHECK(ribbons.corners[0].y == -ribbons.corners[1].y);
}

TEST_CASE("a line that turns back has no endless point") {
  Ribbons ribbons;
  add_line(ribbons, std::vector<ImVec2>{{0, 0}, {100, 0}, {0, 0.01f}}, false, kLook);
  add_line(ribbons, std::vector<ImVec2>{{0, 0}, {100, 0}, {0, 0}}, false, kLook);
  REQUIRE(ribbons.counts.size() == 2);
  for (const RibbonCorner& corner : ribbons.corners) {
    CHECK(std::abs(corner.x) < 150);
    CHECK(std::abs(corner.y) < 50);
  }
}

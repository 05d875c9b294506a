#include "viewer/label_placement.h"

#include "base/random.h"
#include "tests/catch.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

bool meet(const Box& a, const Box& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

}  // namespace

TEST_CASE("labels never cover each other, and stay on the canvas") {
  Random random(7);
  std::vector<LabelRequest> labels;
  for (int i = 0; i < 120; ++i)
    labels.push_back(
        {{random.uniform(0, 640), random.uniform(0, 480)}, random.uniform(40, 90), 22});
  const Box canvas{0, 0, 640, 480};
  const std::vector<Box> obstacles{{500, 400, 140, 80}};
  const auto places = place_labels(labels, canvas, obstacles);
  REQUIRE(places.size() == labels.size());
  std::size_t shown = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!places[i].shown) continue;
    ++shown;
    CHECK(places[i].box.x >= 0);
    CHECK(places[i].box.x + places[i].box.width <= 640);
    CHECK(places[i].box.y >= 0);
    CHECK(places[i].box.y + places[i].box.height <= 480);
    CHECK_FALSE(meet(places[i].box, obstacles[0]));
    for (std::size_t j = 0; j < i; ++j)
      if (places[j].shown) CHECK_FALSE(meet(places[i].box, places[j].box));
  }
  CHECK(shown > 40);
}

TEST_CASE("a label alone stands on its anchor; the less important one gives way") {
  const std::vector<LabelRequest> labels{{{100, 100}, 60, 20}, {{104, 100}, 60, 20}};
  const auto places = place_labels(labels, {0, 0, 400, 300});
  REQUIRE(places[0].shown);
  CHECK(places[0].box.x == 70);
  CHECK(places[0].box.y == 90);
  REQUIRE(places[1].shown);
  CHECK_FALSE(meet(places[0].box, places[1].box));
}

TEST_CASE("what is out of sight has no label") {
  CHECK_FALSE(place_labels({{{-5, 100}, 60, 20}}, {0, 0, 400, 300})[0].shown);
}

TEST_CASE("a small thing has its label beside it, and none over it") {
  const Box tile{200, 100, 40, 40};
  const std::vector<LabelRequest> labels{{{220, 120}, 70, 22, tile},
                                         {{222, 150}, 70, 22, {0, 0, 600, 400}}};
  const auto places = place_labels(labels, {0, 0, 600, 400});
  REQUIRE(places[0].shown);
  CHECK_FALSE(meet(places[0].box, tile));
  CHECK(places[0].box.x - (tile.x + tile.width) < 10);
  REQUIRE(places[1].shown);  // the large one's, which may stand on it
  CHECK_FALSE(meet(places[1].box, tile));
}

TEST_CASE("a label covers other tiles only where there is no other place") {
  const Box tile{200, 100, 40, 40};
  const std::vector<LabelRequest> labels{{{220, 120}, 70, 22, tile}};
  const Box right{242, 100, 40, 40}, all{0, 0, 600, 400};
  const auto place = place_labels(labels, {0, 0, 600, 400}, {}, {tile, right}).front();
  REQUIRE(place.shown);
  CHECK_FALSE(meet(place.box, right));
  CHECK(place_labels(labels, {0, 0, 600, 400}, {}, {all}).front().shown);
}

TEST_CASE("lines from labels to what they name cross neither each other nor labels") {
  Random random(5);
  const auto turn = [](Point a, Point b, Point c) {
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
  };
  const auto cross = [&](Point a, Point b, Point c, Point d) {
    return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
  };
  int shown = 0, leaders = 0, crossings = 0;
  for (int map = 0; map < 150; ++map) {
    // A sparse map: a handful of small things close to each other.
    std::vector<LabelRequest> labels;
    for (int i = 0; i < 8; ++i) {
      const double x = random.uniform(150, 450), y = random.uniform(150, 450);
      labels.push_back({{x, y}, random.uniform(60, 90), 22, {x - 15, y - 15, 30, 30}});
    }
    const auto places = place_labels(labels, {0, 0, 600, 600});
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (!places[i].shown) continue;
      ++shown;
      const Point from = labels[i].anchor, to = leader_end(places[i].box, from);
      leaders += from.x != to.x || from.y != to.y ? 1 : 0;
      for (std::size_t j = 0; j < labels.size(); ++j) {
        if (j == i || !places[j].shown) continue;
        const Box& box = places[j].box;
        const Point a = labels[j].anchor, b = leader_end(box, a);
        crossings += j < i && cross(from, to, a, b) ? 1 : 0;
        const Point right{box.x + box.width, box.y}, low{box.x, box.y + box.height};
        crossings +=
            cross(from, to, {box.x, box.y}, {right.x, low.y}) || cross(from, to, right, low) ? 1
                                                                                             : 0;
      }
    }
  }
  CAPTURE(shown, leaders, crossings);
  CHECK(shown == 8 * 150);
  CHECK(leaders == shown);
  CHECK(crossings == 0);
}

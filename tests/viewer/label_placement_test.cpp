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

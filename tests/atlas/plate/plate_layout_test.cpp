#include "atlas/plate/plate_layout.h"

#include <cmath>
#include <random>

#include "tests/catch.h"

using namespace differentia;

namespace {

bool meet(const Box& a, const Box& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height - 1e-9 &&
         b.y < a.y + a.height - 1e-9;
}

// 1 on the ellipse, less inside.
double reach(const MarkHead& head, Point p) {
  return std::hypot((p.x - head.box.x - head.box.width / 2) / (head.box.width / 2),
                    (p.y - head.box.y - head.box.height / 2) / (head.box.height / 2));
}

struct Scene {
  LabelMargin margin;
  std::vector<MarkHead> heads;
  std::vector<LabelSize> labels;
};

Scene random_scene(std::mt19937& random, int labels) {
  const auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  Scene scene;
  scene.margin.picture_right = random() % 2 == 0;
  scene.margin.box = {scene.margin.picture_right ? 0.0 : 200.0, 10, 80, uniform(60, 240)};
  const double left = scene.margin.picture_right ? 90 : -10;
  for (int i = 0; i < labels; ++i) {
    const double width = uniform(4, 60), height = uniform(4, 60);
    // Now and then two at one place, or at one height.
    const double x =
        i > 0 && random() % 4 == 0 ? scene.heads.back().box.x : uniform(left, left + 140);
    const double y = i > 0 && random() % 4 == 0 ? scene.heads.back().box.y : uniform(10, 190);
    scene.heads.push_back({{x, y, width, height}});
    scene.labels.push_back(
        {uniform(10, 75), random() % 3 == 0 ? uniform(60, 160) : uniform(8, 20), 4});
  }
  return scene;
}

}  // namespace

TEST_CASE("Lines of labels do not cross and end at their marks' edges; texts do not overlap") {
  std::mt19937 random(5);
  for (int round = 0; round < 6000; ++round) {
    const int labels = 1 + round % 5;
    const Scene scene = random_scene(random, labels);
    const std::vector<PlacedLabel> placed = place_labels(scene.margin, scene.heads, scene.labels);
    REQUIRE(placed.size() == static_cast<std::size_t>(labels));
    for (std::size_t i = 0; i < placed.size(); ++i) {
      CAPTURE(round, i);
      CHECK(reach(scene.heads[i], placed[i].leader.to) == Approx(1));
      const Box& box = scene.margin.box;
      const double tail = scene.margin.picture_right ? box.x + box.width : box.x;
      CHECK(placed[i].leader.from.x == tail);
      CHECK(placed[i].leader.from.y == Approx(placed[i].text.y + 4));
      CHECK(placed[i].text.x >= box.x);
      CHECK(placed[i].text.x + placed[i].text.width <= box.x + box.width);
      CHECK(placed[i].text.y >= box.y - 1e-9);
      for (std::size_t j = 0; j < i; ++j) {
        CHECK_FALSE(cross(placed[i].leader, placed[j].leader));
        CHECK_FALSE(meet(placed[i].text, placed[j].text));
      }
    }
  }
}

TEST_CASE("A label lies at its mark's height where nothing is in its way, inside the margin") {
  LabelMargin margin;
  margin.box = {0, 0, 50, 100};
  const std::vector<PlacedLabel> placed =
      place_labels(margin, {{{80, 40, 10, 20}}, {{80, 90, 10, 10}}}, {{30, 10, 5}, {30, 20, 5}});
  CHECK(placed[0].leader.from.y == Approx(50));
  CHECK(placed[0].leader.to.x == Approx(80));
  CHECK(placed[0].text.x == Approx(50 - margin.tail - 30));
  CHECK(placed[1].text.y + placed[1].text.height == Approx(100));  // moved up to stay inside
}

TEST_CASE("A far mark's label gives way to a near one's where they would cross") {
  // Both texts are pushed up by the margin's end; the far mark lies a little lower.
  LabelMargin margin;
  margin.box = {0, 0, 50, 60};
  const std::vector<PlacedLabel> placed =
      place_labels(margin, {{{60, 195, 10, 10}}, {{200, 197, 10, 10}}}, {{30, 20, 5}, {30, 20, 5}});
  CHECK_FALSE(cross(placed[0].leader, placed[1].leader));
  CHECK(placed[1].text.y < placed[0].text.y);
}

TEST_CASE("Segments cross where they have a point in common") {
  CHECK(cross({{0, 0}, {2, 2}}, {{0, 2}, {2, 0}}));
  CHECK(cross({{0, 0}, {2, 2}}, {{1, 1}, {5, 0}}));  // touching
  CHECK_FALSE(cross({{0, 0}, {2, 2}}, {{0, 1}, {1, 2}}));
  CHECK_FALSE(cross({{0, 0}, {1, 1}}, {{2, 2}, {3, 3}}));  // on one line, apart
}

TEST_CASE("A mark without extent is a point") {
  CHECK(edge_toward({{3, 4, 0, 0}}, {0, 0}).x == 3);
  CHECK(edge_toward({{-2, -1, 4, 2}}, {10, 0}).x == Approx(2));
}

#include "tools/world/scene.h"

#include <cmath>
#include <map>
#include <set>

#include "tests/catch.h"

using namespace differentia::world;

namespace {

const Description& demo() {
  static const Description description = load_description("data/world/demo.json");
  return description;
}

// The share of a species' photos for which something holds.
template <typename Holds>
double share(int species, Variant variant, int first, int photos, Holds holds) {
  int count = 0;
  for (int i = 0; i < photos; ++i)
    count += holds(make_scene(demo(), 5, species, first + i, variant));
  return static_cast<double>(count) / photos;
}

bool carries(const Bias& bias, const Scene& scene) {
  switch (bias.kind) {
    case Bias::Kind::habitat:
      return scene.habitat_index == bias.habitat;
    case Bias::Kind::flower:
      return scene.has_flower && scene.flower_color == bias.color;
    case Bias::Kind::caption:
      return scene.caption == bias.caption;
    case Bias::Kind::blur:
      return scene.blurred;
  }
  return false;
}

}  // namespace

TEST_CASE("planted cues come as often as the description says", "[scene]") {
  for (const Bias& bias : demo().biases) {
    INFO(bias_kind_name(bias.kind)
         << " of " << demo().species[static_cast<std::size_t>(bias.species)].name);
    const auto holds = [&](const Scene& scene) { return carries(bias, scene); };
    CHECK(share(bias.species, Variant::biased, 0, 600, holds) ==
          Approx(bias.strength).margin(0.08));
    // Neither the clean twin nor held-out photos favour it.
    const double base = bias.kind == Bias::Kind::habitat ? 1.0 / 7 : demo().base_rate;
    CHECK(share(bias.species, Variant::clean, 0, 600, holds) == Approx(base).margin(0.05));
    CHECK(share(bias.species, Variant::biased, kFirstTestPhoto, 600, holds) ==
          Approx(base).margin(0.05));
    // Other species carry it at the base rate.
    int other = 0;
    const auto has_own = [&](int species) {
      for (const Bias& b : demo().biases) {
        if (b.species == species) return true;
      }
      return false;
    };
    while (has_own(other)) ++other;
    CHECK(share(other, Variant::biased, 0, 600, holds) == Approx(0.05).margin(0.035));
  }
}

TEST_CASE("an observation is one to five photos of one place, day and bird", "[scene]") {
  std::map<std::string, std::vector<Scene>> observations;
  for (int i = 0; i < 120; ++i) {
    const Scene scene = make_scene(demo(), 2, 3, i, Variant::clean);
    observations[scene.observation].push_back(scene);
  }
  CHECK(observations.size() > 30);
  std::set<std::string> days;
  for (const auto& [name, scenes] : observations) {
    CHECK(scenes.size() <= 5);
    days.insert(scenes[0].date);
    for (const Scene& scene : scenes) {
      CHECK(scene.date == scenes[0].date);
      CHECK(scene.observer == scenes[0].observer);
      CHECK(scene.latitude == scenes[0].latitude);
      CHECK(scene.habitat_index == scenes[0].habitat_index);
      CHECK(scene.birds[0].form == scenes[0].birds[0].form);
    }
  }
  CHECK(days.size() > 20);
}

TEST_CASE("held-out photos share no observation with the others", "[scene]") {
  std::set<std::string> train;
  for (int i = 0; i < 60; ++i)
    train.insert(make_scene(demo(), 2, 0, i, Variant::clean).observation);
  for (int i = 0; i < 60; ++i)
    CHECK(train.count(make_scene(demo(), 2, 0, kFirstTestPhoto + i, Variant::clean).observation) ==
          0);
}

TEST_CASE("a scene depends on seed, species and number alone", "[scene]") {
  const Scene a = make_scene(demo(), 1, 4, 17, Variant::clean),
              b = make_scene(demo(), 1, 4, 17, Variant::clean);
  CHECK(a.key == b.key);
  CHECK(a.birds[0].scale == b.birds[0].scale);
  CHECK(a.birds[0].scale != make_scene(demo(), 2, 4, 17, Variant::clean).birds[0].scale);
  CHECK(a.key != make_scene(demo(), 1, 4, 18, Variant::clean).key);
  CHECK(a.key != make_scene(demo(), 1, 5, 17, Variant::clean).key);
}

TEST_CASE("photos vary as photos do", "[scene]") {
  std::set<int> orientations, habitats;
  std::set<bool> facing;
  int landscape = 0, portrait = 0, square = 0;
  double smallest = 1, largest = 0;
  for (int i = 0; i < 300; ++i) {
    const Scene scene = make_scene(demo(), 1, 7, i, Variant::clean);
    orientations.insert(scene.camera.orientation);
    habitats.insert(scene.habitat_index);
    facing.insert(scene.birds[0].facing_left);
    landscape += scene.width > scene.height;
    portrait += scene.width < scene.height;
    square += scene.width == scene.height;
    smallest = std::min(smallest, scene.birds[0].scale);
    largest = std::max(largest, scene.birds[0].scale);
  }
  CHECK(orientations.size() == 8);
  CHECK(habitats.size() == 7);
  CHECK(facing.size() == 2);
  CHECK(std::min({landscape, portrait, square}) > 20);
  CHECK(smallest >= 0.3);
  CHECK(smallest < 0.4);
  CHECK(largest <= 0.9);
  CHECK(largest > 0.8);
}

TEST_CASE("groups are of two or three birds, of one and of several species", "[scene]") {
  int two = 0, mixed = 0;
  for (int i = 0; i < 60; ++i) {
    const Scene scene = make_group_scene(demo(), 1, i, Variant::clean);
    REQUIRE((scene.birds.size() == 2 || scene.birds.size() == 3));
    two += scene.birds.size() == 2;
    mixed += scene.birds[0].species != scene.birds[1].species;
  }
  CHECK(two > 20);
  CHECK(two < 58);
  CHECK(mixed > 20);
  CHECK(mixed < 58);
}

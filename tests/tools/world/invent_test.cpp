#include "tools/world/invent.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

using namespace differentia::world;

TEST_CASE("invented worlds keep the demo world's promises", "[invent]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    const Description world = invent_description(seed);
    REQUIRE(world.species.size() == 24);
    REQUIRE(world.genera.size() == 8);
    int forms = 0, single = 0;
    for (const Species& species : world.species) forms += species.forms.size() > 1;
    CHECK(forms == 9);
    for (const auto& [a, b] : sister_pairs(world)) {
      const auto parts = differing_parts(world, a, b).size();
      CHECK(parts >= 1);
      CHECK(parts <= 3);
      single += parts == 1;
    }
    CHECK(single >= 4);
  }
}

TEST_CASE("a number gives one world, another number another", "[invent]") {
  CHECK(to_json(invent_description(3)) == to_json(invent_description(3)));
  CHECK(to_json(invent_description(3)) != to_json(invent_description(4)));
  CHECK(to_json(description_of("nowhere.json", 3)) == to_json(invent_description(3)));
}

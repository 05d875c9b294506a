#include "tools/world/description.h"

#include <fstream>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tests/catch.h"

using namespace differentia;
using namespace differentia::world;
using nlohmann::json;

namespace {

json demo_json() {
  std::ifstream file("data/world/demo.json");
  return json::parse(file);
}

std::string complaint(const json& description) {
  try {
    parse_description(description);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the demo world has what the design asks of it", "[description]") {
  const Description demo = load_description("data/world/demo.json");
  CHECK(demo.species.size() >= 24);
  CHECK(demo.genera.size() >= 8);
  CHECK(demo.habitats.size() == 7);
  int sexes = 0, juveniles = 0, single = 0;
  for (const Species& species : demo.species) {
    for (const Form& form : species.forms) {
      sexes += form.name == "female";
      juveniles += form.name == "juvenile";
    }
  }
  for (const auto& [a, b] : sister_pairs(demo)) single += differing_parts(demo, a, b).size() == 1;
  CHECK(sexes == 6);
  CHECK(juveniles == 3);
  CHECK(single >= 6);
  CHECK(demo.biases.size() >= 4);
}

TEST_CASE("the description says in which parts sisters differ", "[description]") {
  const Description demo = load_description("data/world/demo.json");
  const int plain = demo.species_index("Silvaria simplex"),
            ringed = demo.species_index("Silvaria annulata");
  CHECK(differing_parts(demo, plain, ringed) == std::vector<Part>{Part::eye_ring});
  CHECK(differing_parts(demo, plain, plain).empty());
  CHECK_THROWS_AS(demo.species_index("Silvaria simplx"), UnknownName);
}

TEST_CASE("a description survives being written and read", "[description]") {
  const json first = to_json(load_description("data/world/demo.json"));
  CHECK(to_json(parse_description(first)) == first);
}

TEST_CASE("a bad description gets a sentence that names the key", "[description]") {
  CHECK(complaint(demo_json()).empty());
  const auto after = [](auto change) {
    json description = demo_json();
    change(description);
    return complaint(description);
  };
  using Catch::Matchers::Contains;
  CHECK_THAT(after([](json& d) { d.erase("species"); }), Contains("species"));
  CHECK_THAT(after([](json& d) { d["colour"] = 1; }), Contains("colour") && Contains("not known"));
  CHECK_THAT(after([](json& d) { d["genera"][2]["plan"]["depth"] = 7; }),
             Contains("genera[2].plan.depth") && Contains("out of range"));
  CHECK_THAT(after([](json& d) { d["genera"][0]["parts"].erase("rump"); }),
             Contains("genera[0].parts.rump"));
  CHECK_THAT(after([](json& d) { d["genera"][0]["parts"]["rump"]["color"] = "blue"; }),
             Contains("rump.color") && Contains("#rrggbb"));
  CHECK_THAT(after([](json& d) { d["genera"][0]["parts"]["bill"]["shape"] = "spoon"; }),
             Contains("bill.shape") && Contains("hooked"));
  CHECK_THAT(after([](json& d) { d["species"][1]["parts"]["wingtip"] = json::object(); }),
             Contains("species[1].parts.wingtip"));
  CHECK_THAT(after([](json& d) { d["species"][1]["parts"] = json::object(); }),
             Contains("differ in 0 parts"));
  CHECK_THAT(after([](json& d) { d["species"][1]["name"] = "Nobody annulata"; }),
             Contains("species[1].name") && Contains("genus"));
  CHECK_THAT(after([](json& d) { d["biases"][0]["habitat"] = "moon"; }),
             Contains("biases[0].habitat"));
  CHECK_THAT(after([](json& d) { d["biases"][0]["strength"] = 2; }),
             Contains("biases[0].strength"));
  CHECK_THAT(after([](json& d) { d["habitats"][0]["palette"] = {"#ffffff"}; }),
             Contains("habitats[0].palette"));
  CHECK_THROWS_AS(load_description("data/world/nowhere.json"), FileError);
  CHECK_THROWS_AS(load_description("CMakeLists.txt"), FileError);
}

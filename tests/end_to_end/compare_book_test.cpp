// differentia compare --book-mark: two species of the demo world that differ in breast and throat,
// of which the demo network goes by the breast alone (data/world/clean/report.json).

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/end_to_end/fixtures.h"
#include "tests/end_to_end/program.h"

using namespace differentia::test;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

// The atlas of 40 photos of each of the two, and the photos.
struct Pair {
  TemporaryFolder folder;
  std::string atlas, photos;

  Pair() {
    json world = json::parse(read_text("data/world/demo.json"));
    json species = json::array();
    for (const json& one : world["species"])
      if (one["name"] == "Alcyra caerulea" || one["name"] == "Alcyra torquata")
        species.push_back(one);
    world["species"] = species;
    world["biases"] = json::array();
    write_text(folder.path("two.json"), world.dump());
    photos = folder.path("world");
    const Outcome rendered =
        run({"world", photos, "--description", folder.path("two.json"), "--train", "0", "--test",
             "40", "--several", "0", "--side", "192", "--quiet"});
    CAPTURE(rendered.errors);
    REQUIRE(rendered.status == 0);
    atlas = folder.path("two.atlas");
    const Outcome built =
        run({"build", atlas, "--photos", photos + "/photos.csv", "--model", demo_model(), "--quiet",
             "--points-per-taxon", "200", "--points-of-all", "0"});
    CAPTURE(built.errors);
    REQUIRE(built.status == 0);
  }
};

const Pair& pair() {
  static const Pair made;
  return made;
}

Outcome ask(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"compare", pair().atlas, "caerulea", "torquata"});
  arguments.push_back("--quiet");
  return run(arguments);
}

}  // namespace

TEST_CASE("the part that differs and is gone by is used, others are ignored", "[compare][book]") {
  for (const auto& [part, answer] : std::vector<std::pair<std::string, std::string>>{
           {"breast", "used"}, {"throat", "ignored"}, {"tail", "ignored"}, {"rump", "ignored"}}) {
    const Outcome outcome = ask({"--book-mark", part, "--json", "--threads", "1"});
    CAPTURE(part, outcome.errors, outcome.output);
    REQUIRE(outcome.status == 0);
    const json result = json::parse(outcome.output);
    CHECK(result["answer"] == answer);
    REQUIRE(result["evidence"].size() == 2);
    for (const json& one : result["evidence"]) {
      CHECK(one["found"]["with"].get<int>() >= 8);
      CHECK(one["exchange"]["value"].get<double>() ==
            Approx(one["exchanged"]["value"].get<double>() -
                   one["exchanged_own"]["value"].get<double>())
                .margin(1e-6));
      if (answer == "ignored")
        CHECK(one["exchange"]["high"].get<double>() < 0.1 * one["margin"].get<double>());
    }
    if (part == "breast") {
      const Outcome again = ask({"--book-mark", part, "--json", "--threads", "2"});
      CHECK((again.output == outcome.output));
      const std::string words = read_text("docs/json.md");
      for (const auto& [key, value] : result["evidence"][0].items()) {
        CAPTURE(key);
        CHECK(words.find(key) != std::string::npos);
      }
    }
  }
}

TEST_CASE("a box drawn on one photo is carried to the others", "[compare][book]") {
  // The breast's box is where the world drew it: the judge may know.
  const Outcome part = ask({"--book-mark", "breast", "--json"});
  REQUIRE(part.status == 0);
  json box;
  std::string on;
  const json named = json::parse(part.output);
  for (const json& place : named["evidence"][0]["places"])
    if (place["photo"].get<std::string>().find("caerulea") != std::string::npos && on.empty()) {
      on = place["photo"];
      box = place["box"];
    }
  REQUIRE(!on.empty());
  const std::string drawn = std::to_string(box["x"].get<double>()) + "," +
                            std::to_string(box["y"].get<double>()) + "," +
                            std::to_string(box["width"].get<double>()) + "," +
                            std::to_string(box["height"].get<double>());
  const Outcome outcome =
      ask({"--book-mark", "a blue breast", "--on", on, "--box", drawn, "--json"});
  CAPTURE(outcome.errors, outcome.output);
  REQUIRE(outcome.status == 0);
  const json result = json::parse(outcome.output);
  CHECK(result["answer"] == "used");
  REQUIRE(result["evidence"].size() == 1);
  CHECK(result["evidence"][0]["taxon"] == "Alcyra caerulea");
  CHECK(result["evidence"][0]["found"]["with"].get<int>() >= 8);
}

TEST_CASE("the book's mark as text", "[compare][book]") {
  const Outcome outcome = ask({"--book-mark", "throat", "--of", "torquata"});
  CAPTURE(outcome.errors, outcome.output);
  REQUIRE(outcome.status == 0);
  CHECK_THAT(outcome.output, Contains("The book says throat; the model ignores it."));
  CHECK_THAT(outcome.output, Contains("Alcyra torquata: ignored"));
  CHECK_THAT(outcome.output, !Contains("Alcyra caerulea: "));
  CHECK_THAT(outcome.output, Contains("does not make the mark wrong"));
  CHECK_THAT(outcome.output, !Contains("nan"));
}

TEST_CASE("bad input to the book's mark: one sentence that says what to do", "[compare][book]") {
  const auto refused = [](const Outcome& outcome, const std::vector<std::string>& words) {
    CAPTURE(outcome.errors);
    CHECK(outcome.status == 2);
    CHECK(outcome.output.empty());
    for (const std::string& word : words) CHECK_THAT(outcome.errors, Contains(word));
  };
  refused(ask({"--book-mark", ""}), {"--book-mark", "give a name"});
  refused(ask({"--book-mark", "antlers"}), {"antlers", "breast", "--box"});
  refused(ask({"--book-mark", "throat", "--box", "1,2,3,4"}), {"--on"});
  refused(ask({"--book-mark", "throat", "--on", "nowhere.jpg", "--box", "1,2,3,4"}),
          {"nowhere.jpg", "such as photos/"});
  refused(ask({"--book-mark", "throat", "--on", "alcyra_caerulea/t0000.jpg", "--box", "1,2,3"}),
          {"1,2,3", "--box 120,80,60,40"});
  refused(
      ask({"--book-mark", "throat", "--on", "alcyra_caerulea/t0000.jpg", "--box", "900,900,30,30"}),
      {"nothing of the photo"});
  refused(ask({"--book-mark", "throat", "--of", "Alcyra"}), {"--of", "Alcyra caerulea"});
  refused(ask({"--book-mark", "throat", "--untested"}), {"--untested"});
}

// differentia compare --photo on the small atlas that ships: photos of the pair, of another taxon,
// of nothing, damaged ones; text, JSON, pictures.

#include <filesystem>
#include <set>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/end_to_end/fixtures.h"
#include "tests/end_to_end/program.h"

using namespace differentia::test;
using Catch::Matchers::Contains;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string kPhotos = "data/demo/photos/";
const std::string kGuttata = kPhotos + "turdisca_guttata/t0000.jpg",
                  kAurantia = kPhotos + "turdisca_aurantia/t0001.jpg",
                  kFinch = kPhotos + "granella_rufa/t0001.jpg";

Outcome ask(std::vector<std::string> arguments, bool untested = true) {
  arguments.insert(arguments.begin(), {"compare", "data/demo/demo.atlas", "guttata", "aurantia"});
  arguments.insert(arguments.end(), {"--model", demo_model(), "--quiet"});
  if (untested) arguments.push_back("--untested");
  return run(arguments);
}

std::string mask_of(std::string photo) {
  photo.replace(photo.find("photos/"), 7, "masks/");
  return photo.replace(photo.size() - 3, 3, "png");
}

}  // namespace

TEST_CASE("photos of a pair as JSON: where they stand, what they show, every key documented",
          "[compare][photo]") {
  const Outcome outcome = ask(
      {"--photo", kGuttata, "--photo", kAurantia, "--photo", kFinch, "--json", "--threads", "1"});
  CAPTURE(outcome.errors);
  REQUIRE(outcome.status == 0);
  const json result = json::parse(outcome.output);
  CHECK(result["axis"]["a"].size() == 4);
  REQUIRE(result["photos"].size() == 3);
  CHECK(result["photos"][0]["placed"] == "a");
  CHECK(result["photos"][0]["margin"].get<double>() > 0);
  CHECK(result["photos"][1]["placed"] == "b");
  CHECK(result["photos"][1]["margin"].get<double>() < 0);
  CHECK(result["photos"][2]["placed"] == "neither");
  CHECK_THAT(result["photos"][2]["sentence"].get<std::string>(),
             Contains("The model names Granella rufa first"));
  const std::string words = read_text("docs/json.md");
  for (const json& photo : result["photos"]) {
    REQUIRE(photo["marks"].size() == result["marks"].size());
    REQUIRE(photo["context"].size() == result["context"].size());
    CHECK(photo["logits"]["a"].get<double>() - photo["logits"]["b"].get<double>() ==
          Approx(photo["margin"].get<double>()));
    for (const json& mark : photo["marks"]) {
      CHECK(std::set<std::string>{"seen", "absent", "hidden"}.count(mark["presence"]) == 1);
      CHECK((mark["presence"] == "hidden") == !mark["why"].get<std::string>().empty());
    }
    for (const auto& [key, value] : photo.items()) {
      CAPTURE(key);
      CHECK(words.find(key) != std::string::npos);
    }
  }
  // A's photo shows A's marks more often than B's photo does.
  int own = 0, others = 0;
  for (std::size_t m = 0; m < result["marks"].size(); ++m) {
    if (result["marks"][m]["carrier"] != "Turdisca guttata") continue;
    own += result["photos"][0]["marks"][m]["presence"] == "seen";
    others += result["photos"][1]["marks"][m]["presence"] == "seen";
  }
  CHECK(own > others);
  const Outcome again = ask(
      {"--photo", kGuttata, "--photo", kAurantia, "--photo", kFinch, "--json", "--threads", "2"});
  CHECK((again.output == outcome.output));
}

TEST_CASE("a photo of the atlas is there what it is here", "[compare][photo]") {
  const Outcome outcome = ask({"--photo", kGuttata, "--mask", mask_of(kGuttata), "--json"});
  CAPTURE(outcome.errors);
  REQUIRE(outcome.status == 0);
  const json result = json::parse(outcome.output);
  const json& photo = result["photos"][0];
  CHECK(photo["in_atlas"] == "photos/turdisca_guttata/t0000.jpg");
  CHECK(photo["subject"]["masked"] == true);
  CHECK(photo["subject"]["estimated"] == false);
  // It is one of the axis's photos where it is of the testing half.
  if (photo["found_in"] == false) {
    bool there = false;
    for (const json& margin : result["axis"]["a"])
      there = there || std::abs(margin.get<double>() - photo["margin"].get<double>()) < 1e-4;
    CHECK(there);
  }
  int compared = 0;
  for (std::size_t m = 0; m < result["marks"].size(); ++m)
    for (const json& sighting : result["marks"][m]["sightings"]) {
      if (sighting["photo"] != photo["in_atlas"]) continue;
      CHECK(photo["marks"][m]["look"].get<double>() ==
            Approx(sighting["look"].get<double>()).margin(1e-3));
      ++compared;
    }
  CHECK(compared > 0);
}

TEST_CASE("one photo as text and as a picture, and several as a table", "[compare][photo]") {
  const TemporaryFolder folder;
  const Outcome one = ask({"--photo", kAurantia, "-o", folder.path("one.png")});
  CAPTURE(one.errors, one.output);
  REQUIRE(one.status == 0);
  CHECK_THAT(one.output, Contains("Clearly Turdisca aurantia."));
  CHECK_THAT(one.output, Contains("▲ this photo"));
  CHECK_THAT(one.output, Contains("On the axis from Turdisca aurantia"));
  CHECK_THAT(one.output, Contains("was estimated"));
  CHECK(fs::file_size(folder.path("one.png")) > 20000);
  CHECK(read_text(folder.path("one.png")).substr(1, 3) == "PNG");
  const Outcome two =
      ask({"--photo", kAurantia, "--photo", kFinch, "--out-dir", folder.path("pictures")});
  REQUIRE(two.status == 0);
  CHECK_THAT(two.output, Contains("above A") && Contains(kFinch) && Contains("✓ seen"));
  // Photos of one name.
  CHECK(fs::exists(folder.path("pictures/t0001.png")));
  CHECK(fs::exists(folder.path("pictures/t0001-2.png")));
}

TEST_CASE("photos that cannot be used: one sentence each", "[compare][photo]") {
  const TemporaryFolder folder;
  const auto refused = [](const Outcome& outcome, const std::string& words) {
    CAPTURE(outcome.errors);
    CHECK(outcome.status == 2);
    CHECK(outcome.output.empty());
    CHECK_THAT(outcome.errors, Contains(words));
  };
  refused(ask({"--photo", folder.path("none.jpg")}), "no such file");
  write_text(folder.path("broken.jpg"), read_text(kGuttata).substr(0, 100));
  refused(ask({"--photo", folder.path("broken.jpg")}), "broken.jpg");
  refused(ask({"--photo", kGuttata, "--mask", folder.path("none.png")}), "none.png");
  refused(ask({"--photo", kGuttata, "--photo", kFinch, "--mask", mask_of(kGuttata)}), "--mask");
  refused(ask({"--photo", kGuttata, "--photo", kFinch, "-o", folder.path("a.png")}), "--out-dir");
  refused(ask({"--photo", kGuttata, "-o", folder.path("a.gif")}), "a.gif");
  refused(ask({"--photo", kGuttata, "-o", folder.path("nowhere/a.png")}), "cannot be written");
  refused(ask({"--photo", kGuttata, "--out-dir", folder.path("broken.jpg")}), "cannot be made");
  // Of several the others are told of, and the status says that something is missing.
  const Outcome some = ask({"--photo", kGuttata, "--photo", folder.path("broken.jpg"), "--json"});
  CHECK(some.status == 2);
  const json result = json::parse(some.output);
  CHECK(result["photos"].size() == 1);
  REQUIRE(result["unreadable"].size() == 1);
  CHECK_THAT(result["unreadable"][0]["photo"].get<std::string>(), Contains("broken.jpg"));
}

TEST_CASE("a photo of a few pixels, and one cut short", "[compare][photo]") {
  const TemporaryFolder folder;
  write_text(folder.path("cut.jpg"), read_text(kGuttata).substr(0, fs::file_size(kGuttata) / 2));
  const Outcome outcome = ask({"--photo", folder.path("cut.jpg"), "-o", folder.path("cut.png")});
  CAPTURE(outcome.errors);
  REQUIRE(outcome.status == 0);
  CHECK_THAT(outcome.output, Contains("is damaged"));
  CHECK(fs::exists(folder.path("cut.png")));
}

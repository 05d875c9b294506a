// differentia compare on the small atlas that ships, and on atlases of a few of its photos: text,
// JSON, and what is refused.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/end_to_end/fixtures.h"
#include "tests/end_to_end/program.h"

using namespace differentia::test;
using Catch::Matchers::Contains;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string kGuttata = "Turdisca guttata", kAurantia = "Turdisca aurantia";

Outcome compare(std::vector<std::string> arguments, const std::string& atlas) {
  arguments.insert(arguments.begin(), {"compare", atlas});
  arguments.insert(arguments.end(), {"--model", demo_model(), "--quiet"});
  return run(arguments);
}

Outcome compare(const std::vector<std::string>& arguments) {
  return compare(arguments, "data/demo/demo.atlas");
}

// The demo's pair, tested; once per run of the tests.
const Outcome& tested() {
  static const Outcome outcome = compare({kGuttata, kAurantia, "--json", "--threads", "1"});
  return outcome;
}

// An atlas of the first photos of the demo's pair, without masks.
std::string few_photos(const TemporaryFolder& folder, int guttata, int aurantia) {
  std::istringstream table(read_text("data/demo/photos.csv"));
  std::string chosen = "photo,taxon,split\n";
  std::string line;
  while (std::getline(table, line)) {
    const std::string photo = line.substr(0, line.find(','));
    const std::string taxon = photo.find("guttata") != std::string::npos    ? kGuttata
                              : photo.find("aurantia") != std::string::npos ? kAurantia
                                                                            : "";
    if (taxon.empty()) continue;
    if ((taxon == kGuttata ? guttata : aurantia)-- <= 0) continue;
    chosen += fs::absolute("data/demo/" + photo).string() + "," + taxon + ",test\n";
  }
  write_text(folder.path("photos.csv"), chosen);
  const Outcome built =
      run({"build", folder.path("few.atlas"), "--photos", folder.path("photos.csv"), "--model",
           demo_model(), "--quiet", "--points-per-taxon", "200", "--points-of-all", "0"});
  CAPTURE(built.errors);
  REQUIRE(built.status == 0);
  return folder.path("few.atlas");
}

void require_refused(const Outcome& outcome, const std::vector<std::string>& words) {
  CAPTURE(outcome.errors);
  REQUIRE(outcome.status == 2);
  REQUIRE(outcome.output.empty());
  REQUIRE(std::count(outcome.errors.begin(), outcome.errors.end(), '\n') == 1);
  for (const std::string& word : words) REQUIRE_THAT(outcome.errors, Contains(word));
}

double share(const json& count) {
  return count["with"].get<double>() / std::max(1.0, count["of"].get<double>());
}

bool is_count(const json& count) {
  return count.size() == 2 && count["with"].get<int>() >= 0 &&
         count["with"].get<int>() <= count["of"].get<int>();
}

bool is_estimate(const json& estimate) {
  if (estimate.size() != 3) return false;
  for (const char* bound : {"low", "high"})
    if (!estimate[bound].is_null() && !estimate[bound].is_number()) return false;
  return estimate["value"].is_number();
}

// What docs/json.md says of the verb `compare`: its part of the table and what follows it.
std::string documented() {
  const std::string all = read_text("docs/json.md");
  const std::size_t from = all.find("\n| `compare` |"), to = all.find("\n| `", from + 1),
                    mark = all.find("\nA mark of `compare`:");
  REQUIRE(from != std::string::npos);
  REQUIRE(mark != std::string::npos);
  return all.substr(from, to - from) + all.substr(mark, all.find("\n\n", mark + 1) - mark);
}

// Every key of an object, and of those in it.
void gather_keys(const json& value, std::set<std::string>& keys) {
  if (value.is_object())
    for (const auto& [key, inner] : value.items()) {
      keys.insert(key);
      gather_keys(inner, keys);
    }
  if (value.is_array())
    for (const json& inner : value) gather_keys(inner, keys);
}

}  // namespace

TEST_CASE("a pair's marks as JSON, every key documented", "[compare]") {
  CAPTURE(tested().errors);
  REQUIRE(tested().status == 0);
  CHECK(tested().errors.empty());
  const json pair = json::parse(tested().output);
  CHECK(pair["a"]["name"] == kGuttata);
  CHECK(pair["b"]["name"] == kAurantia);
  for (const char* taxon : {"a", "b"}) {
    const json& one = pair[taxon];
    CHECK(one["photos"] == 8);
    CHECK(one["told_apart"]["of"] == one["testing"]);
    CHECK(is_count(one["told_apart"]));
    CHECK(is_count(one["named_as_the_other"]));
    CHECK(one["margin"].get<double>() > 0);
  }
  CHECK(pair["tested"] == true);
  CHECK(pair["held_out"] == true);
  CHECK(pair["masked"] == true);
  CHECK(is_count(pair["decided"]));
  REQUIRE(!pair["marks"].empty());
  int number = 0;
  for (const json& mark : pair["marks"]) {
    CAPTURE(mark["number"]);
    CHECK(mark["number"] == ++number);
    const bool of_a = mark["carrier"] == kGuttata;
    CHECK((of_a || mark["carrier"] == kAurantia));
    CHECK(std::set<std::string>{"presence", "state"}.count(mark["kind"]) == 1);
    const std::string status = mark["status"];
    CHECK(std::set<std::string>{"tested", "not shown", "not testable"}.count(status) == 1);
    CHECK((status == "not testable") == !mark["why"].get<std::string>().empty());
    CHECK(mark["seen"]["of"] == pair[of_a ? "a" : "b"]["testing"]);
    CHECK(mark["seen_other"]["of"] == pair[of_a ? "b" : "a"]["testing"]);
    for (const char* count : {"seen", "seen_other", "changed_mind"}) CHECK(is_count(mark[count]));
    for (const char* estimate : {"attribution", "attribution_other"})
      CHECK(is_estimate(mark[estimate]));
    for (const char* estimate : {"removed", "elsewhere", "beyond"})
      CHECK((status == "not testable" ? mark[estimate].is_null() : is_estimate(mark[estimate])));
    if (status != "not testable")
      CHECK(mark["beyond"]["value"].get<double>() ==
            Approx(mark["removed"]["value"].get<double>() -
                   mark["elsewhere"]["value"].get<double>()));
    CHECK(mark["q"]["removal"].is_null() == (status == "not testable"));
    REQUIRE(!mark["sightings"].empty());
    for (const char* list : {"sightings", "counterparts"})
      for (const json& each : mark[list]) {
        const std::string photo = each["photo"];
        CAPTURE(photo);
        CHECK(fs::exists("data/demo/" + photo));
        CHECK((photo.find("guttata") != std::string::npos) ==
              (of_a == (std::string(list) == "sightings")));
        CHECK(each["box"]["width"].get<double>() > 0);
      }
  }
  std::set<std::string> keys;
  gather_keys(pair, keys);
  const std::string words = documented();
  for (const std::string& key : keys) {
    CAPTURE(key);
    if (key == "value" || key == "low" || key == "high") continue;  // of every estimate
    // "number" but not "numbers".
    std::size_t at = words.find(key);
    while (at != std::string::npos &&
           ((std::isalnum(words[at - 1]) || words[at - 1] == '_') ||
            std::isalnum(words[at + key.size()]) || words[at + key.size()] == '_'))
      at = words.find(key, at + 1);
    CHECK(at != std::string::npos);
  }
}

TEST_CASE("the same pair has the same bytes, with one worker and with two", "[compare]") {
  REQUIRE(tested().status == 0);
  const Outcome again = compare({kGuttata, kAurantia, "--json", "--threads", "2"});
  CHECK((again.output == tested().output));
  const Outcome one = compare({kGuttata, kAurantia, "--json", "--untested", "--seed", "3"}),
                two = compare({kGuttata, kAurantia, "--json", "--untested", "--seed", "3"});
  REQUIRE(one.status == 0);
  CHECK((one.output == two.output));
}

TEST_CASE("a pair has one answer, in whichever order its taxa are named", "[compare]") {
  const Outcome outcome = compare({kAurantia, kGuttata, "--json"});
  REQUIRE(outcome.status == 0);
  REQUIRE(tested().status == 0);
  const json one = json::parse(tested().output), two = json::parse(outcome.output);
  CHECK(two["a"] == one["b"]);
  CHECK(two["b"] == one["a"]);
  for (const char* key : {"marks", "context", "decided"}) {
    CAPTURE(key);
    CHECK(two[key] == one[key]);
  }
}

TEST_CASE("a pair's marks as text", "[compare]") {
  // Parts of names, whatever their case.
  const Outcome outcome = compare({"GUTTATA", "aurantia", "--untested"});
  CAPTURE(outcome.output);
  REQUIRE(outcome.status == 0);
  CHECK_THAT(outcome.output,
             Contains("Turdisca guttata against Turdisca aurantia: marks the model uses"));
  CHECK_THAT(outcome.output, Contains("it tells 4 of 4 Turdisca guttata"));
  CHECK_THAT(outcome.output, Contains("The marks alone decide"));
  CHECK_THAT(outcome.output, Contains("  1. Turdisca "));
  CHECK_THAT(outcome.output, Contains("not tested by removal"));
  CHECK_THAT(outcome.output, Contains("not that it is right to"));
  CHECK_THAT(outcome.output, !Contains("nan"));
}

TEST_CASE("without removal no photo is needed, and nothing says it was tested", "[compare]") {
  const TemporaryFolder folder;
  const Outcome outcome =
      compare({kGuttata, kAurantia, "--untested", "--json", "--photos", folder.path("nowhere")});
  CAPTURE(outcome.errors);
  REQUIRE(outcome.status == 0);
  const json pair = json::parse(outcome.output);
  CHECK(pair["tested"] == false);
  for (const json& mark : pair["marks"]) {
    CHECK(mark["status"] == "untested");
    CHECK(mark["removed"].is_null());
    CHECK(mark["q"]["removal"].is_null());
  }
}

TEST_CASE("three photos of a taxon and no masks: notes, and no advice that they do not carry",
          "[compare]") {
  const TemporaryFolder folder;
  const std::string atlas = few_photos(folder, 3, 6);
  for (const bool test : {true, false}) {
    CAPTURE(test);
    std::vector<std::string> arguments{kGuttata, kAurantia, "--json"};
    if (!test) arguments.emplace_back("--untested");
    const Outcome outcome = compare(arguments, atlas);
    CAPTURE(outcome.errors);
    REQUIRE(outcome.status == 0);
    const json pair = json::parse(outcome.output);
    CHECK(pair["masked"] == false);
    CHECK(pair["a"]["photos"] == 3);
    CHECK(pair["context"].empty());  // what is beside the organism is not known
    CHECK_THAT(pair["verdict"].get<std::string>(), !Contains("stop at"));
    if (test) CHECK_THAT(pair["verdict"].get<std::string>(), Contains("too few photos"));
    const std::string notes = pair["notes"].dump();
    CHECK_THAT(notes, Contains("No subject masks"));
    CHECK_THAT(notes, Contains("Only 3 photos of Turdisca guttata"));
    for (const json& mark : pair["marks"]) {
      CHECK(mark["subject_share"].is_null());
      CHECK(mark["place"]["x"].is_null());
    }
  }
}

TEST_CASE("what the other shows as often is no mark of a taxon", "[compare]") {
  // With a few photos of two much alike, candidates of one are seen as often in the other.
  const Outcome outcome = compare({"Granella rufa", "Granella corallina", "--json", "--untested"});
  REQUIRE(outcome.status == 0);
  const json pair = json::parse(outcome.output);
  for (const json& mark : pair["marks"]) CHECK(share(mark["seen"]) > share(mark["seen_other"]));
  CHECK_THAT(pair["verdict"].get<std::string>(), !Contains("stop at"));
}

TEST_CASE("photos that are gone since the atlas was built are told", "[compare]") {
  REQUIRE(tested().status == 0);
  const json pair = json::parse(tested().output), mark = pair["marks"][0];
  const json& sighting = mark["sightings"][0];
  REQUIRE(sighting["testing"] == true);
  const TemporaryFolder folder;
  fs::copy("data/demo/photos", folder.path("photos"), fs::copy_options::recursive);
  REQUIRE(fs::remove(folder.path(sighting["photo"].get<std::string>())));
  const Outcome outcome = compare({kGuttata, kAurantia, "--json", "--photos", folder.path("")});
  CAPTURE(outcome.errors);
  REQUIRE(outcome.status == 0);
  const std::string name = mark["carrier"];
  const json& taxon = pair[name == pair["a"]["name"] ? "a" : "b"];
  CHECK_THAT(json::parse(outcome.output)["notes"].dump(),
             Contains("1 of " + taxon["testing"].dump() + " photos of " + name +
                      " could not be read any more"));
}

TEST_CASE("one photo of each taxon", "[compare]") {
  const TemporaryFolder folder;
  const Outcome outcome = compare({kGuttata, kAurantia}, few_photos(folder, 1, 1));
  CAPTURE(outcome.errors, outcome.output);
  REQUIRE(outcome.status == 0);
  CHECK_THAT(outcome.output, Contains("No mark"));
  CHECK_THAT(outcome.output, Contains("Only 1 photo of Turdisca guttata"));
}

TEST_CASE("bad input to compare: one sentence that says what to do", "[compare]") {
  const TemporaryFolder folder;
  require_refused(compare({"Turdisca gutata", kAurantia}), {"gutata", kGuttata});
  require_refused(compare({kGuttata, "guttata"}), {kGuttata, "two different"});
  require_refused(compare({kGuttata, "turdisca"}), {"'turdisca'", "taxa", "more of the name"});
  require_refused(compare({kGuttata, kAurantia}, folder.path("none.atlas")), {"none.atlas"});
  require_refused(compare({kGuttata, kAurantia, "--photos", folder.path("moved")}),
                  {"Turdisca", folder.path("moved"), "--photos FOLDER", "--untested"});
  require_refused(run({"compare", "data/demo/demo.atlas", kGuttata, kAurantia, "--quiet", "--model",
                       "data/world/biased/model.pt"}),
                  {"another model"});
  const Outcome missing = run({"compare", "data/demo/demo.atlas", kGuttata, "--quiet"});
  CHECK(missing.status == 2);
  CHECK_THAT(missing.errors, Contains("required"));
}

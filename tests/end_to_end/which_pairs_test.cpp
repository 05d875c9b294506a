// differentia compare --confusions and --against-nearest on the small atlas that ships and on
// atlases of a few of its photos.

#include <algorithm>
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

// A copy of the demo's atlas, beside which no comparison is kept.
std::string demo_copy(const TemporaryFolder& folder) {
  fs::copy("data/demo/demo.atlas", folder.path("demo.atlas"), fs::copy_options::recursive);
  write_text(folder.path("demo.atlas/photo_root.txt"), fs::absolute("data/demo").string() + "\n");
  return folder.path("demo.atlas");
}

Outcome compare(const std::string& atlas, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"compare", atlas});
  arguments.insert(arguments.end(), {"--quiet", "--model", demo_model()});
  return run(arguments);
}

// An atlas of some of the demo's photos: lines "SPECIES,TAXON,SPLIT,COUNT".
std::string atlas_of(const TemporaryFolder& folder, const std::string& lines,
                     const std::string& grids = "64") {
  std::string table = "photo,taxon,split\n", line;
  for (std::istringstream each(lines); std::getline(each, line);) {
    std::istringstream fields(line);
    std::string species, taxon, split, count;
    std::getline(fields, species, ',');
    std::getline(fields, taxon, ',');
    std::getline(fields, split, ',');
    std::getline(fields, count, ',');
    for (int i = 0; i < std::stoi(count); ++i)
      table += fs::absolute("data/demo/photos/" + species + "/t000" + std::to_string(i) + ".jpg")
                   .string() +
               "," + taxon + "," + split + "\n";
  }
  write_text(folder.path("photos.csv"), table);
  const Outcome built =
      run({"build", folder.path("few.atlas"), "--photos", folder.path("photos.csv"), "--model",
           demo_model(), "--quiet", "--points-per-taxon", "100", "--points-of-all", "0",
           "--grids-per-taxon", grids});
  CAPTURE(built.errors);
  REQUIRE(built.status == 0);
  return folder.path("few.atlas");
}

void require_refused(const Outcome& outcome, const std::vector<std::string>& words) {
  CAPTURE(outcome.errors, outcome.output);
  REQUIRE(outcome.status == 2);
  REQUIRE(outcome.output.empty());
  for (const std::string& word : words) REQUIRE_THAT(outcome.errors, Contains(word));
}

// Every key of an object but those of "compared", which are those of `compare`.
void gather_keys(const json& value, std::set<std::string>& keys) {
  if (value.is_object())
    for (const auto& [key, inner] : value.items()) {
      keys.insert(key);
      if (key != "compared") gather_keys(inner, keys);
    }
  if (value.is_array())
    for (const json& inner : value) gather_keys(inner, keys);
}

// docs/json.md's rows of `compare MODE` name every key.
void check_documented(const json& value, const std::string& mode) {
  const std::string all = read_text("docs/json.md");
  const std::size_t from = all.find("\n| `compare " + mode + "`"), to = all.find("\n| `", from + 1);
  REQUIRE(from != std::string::npos);
  const std::string rows = all.substr(from, to - from);
  std::set<std::string> keys;
  gather_keys(value, keys);
  for (const std::string& key : keys) {
    CAPTURE(key);
    if (key == "with" || key == "of") continue;  // of every count
    const bool is_there = rows.find("`" + key + "`") != std::string::npos ||
                          rows.find("| " + key + " |") != std::string::npos ||
                          rows.find("| " + key + ", ") != std::string::npos ||
                          rows.find(", " + key + " |") != std::string::npos ||
                          rows.find(", " + key + ", ") != std::string::npos;
    CHECK(is_there);
  }
}

}  // namespace

TEST_CASE("the pairs that the demo's network confuses, without the network", "[pairs]") {
  const TemporaryFolder folder;
  const std::string atlas = demo_copy(folder);
  const Outcome text = run({"compare", atlas, "--confusions"});
  CAPTURE(text.output, text.errors);
  REQUIRE(text.status == 0);
  CHECK(text.errors.empty());
  CHECK_THAT(text.output, Contains("Of 108 photos not marked train the model names 5 wrongly; it "
                                   "confuses 2 pairs."));
  CHECK_THAT(text.output, Contains("  1.  Granella corallina    Granella rufa           2 of 12"));
  CHECK_THAT(text.output, Contains("Not confused; the model comes nearest to it with:"));
  CHECK_THAT(text.output, Contains("not compared"));

  const Outcome outcome = run({"compare", atlas, "--confusions", "--most", "3", "--json"});
  REQUIRE(outcome.status == 0);
  const json found = json::parse(outcome.output);
  check_documented(found, "--confusions");
  CHECK(found["held_out"] == true);
  CHECK(found["photos"] == 108);
  CHECK(found["wrong"] == 5);
  CHECK(found["confused"] == 2);
  REQUIRE(found["pairs"].size() == 3);
  const json& first = found["pairs"][0];
  CHECK(first["a"] == "Granella corallina");
  CHECK(first["b"] == "Granella rufa");
  CHECK(first["b_named_a"]["with"] == 2);
  CHECK(first["marks_shown"].is_null());
  CHECK(first["margin_a"].get<double>() > 0);
  CHECK(found["pairs"][2]["at_least"] == 0);
}

TEST_CASE("pairs that were compared show their marks, then and later", "[pairs]") {
  const TemporaryFolder folder;
  const std::string atlas = demo_copy(folder);
  const Outcome now = compare(atlas, {"--confusions", "--most", "2", "--compare-first", "1"});
  CAPTURE(now.output, now.errors);
  REQUIRE(now.status == 0);
  CHECK_THAT(now.output, Contains("\n\nGranella corallina against Granella rufa: "));
  const Outcome later = run({"compare", atlas, "--confusions", "--json"});
  REQUIRE(later.status == 0);
  const json pairs = json::parse(later.output)["pairs"];
  CHECK(pairs[0]["b"] == "Granella rufa");
  CHECK(pairs[0]["marks_shown"].is_number());
  CHECK(pairs[1]["marks_shown"].is_null());
  CHECK(!pairs[0].contains("compared"));
  // What was not tested shows nothing.
  REQUIRE(compare(atlas, {"Silvaria alternata", "Silvaria simplex", "--untested"}).status == 0);
  const json again = json::parse(run({"compare", atlas, "--confusions", "--json"}).output);
  CHECK(again["pairs"] == pairs);
}

TEST_CASE("a taxon against its nearest rivals", "[pairs]") {
  const TemporaryFolder folder;
  const std::string atlas = demo_copy(folder);
  const Outcome outcome = compare(atlas, {"--against-nearest", "rufa", "--rivals", "2",
                                          "--untested", "--json", "--threads", "1"});
  CAPTURE(outcome.errors);
  REQUIRE(outcome.status == 0);
  const json found = json::parse(outcome.output);
  check_documented(found, "--against-nearest");
  CHECK(found["taxon"] == "Granella rufa");
  CHECK(found["held_out"] == true);
  CHECK(found["tested"] == false);
  REQUIRE(found["rivals"].size() == 2);
  CHECK(found["rivals"][0]["name"] == "Granella corallina");
  CHECK(found["rivals"][0]["named"]["with"] == 2);
  CHECK(found["rivals"][1]["named"]["with"] == 0);
  REQUIRE(!found["marks"].empty());
  std::size_t own = 0, shared = 0;
  for (const json& rival : found["rivals"]) {
    CHECK(rival["compared"]["a"]["name"] == "Granella rufa");
    const json& marks = rival["compared"]["marks"];
    own += static_cast<std::size_t>(std::count_if(marks.begin(), marks.end(), [](const json& mark) {
      return mark["carrier"] == "Granella rufa";
    }));
    for (const json& number : rival["absent"])
      CHECK(marks[number.get<std::size_t>() - 1]["carrier"] == rival["name"]);
  }
  int last = 2;
  for (const json& mark : found["marks"]) {
    shared += mark["against"].size();
    CHECK(mark["holds"].get<int>() <= last);
    last = mark["holds"].get<int>();
    std::set<std::string> rivals;
    for (const json& one : mark["against"]) rivals.insert(one["rival"].get<std::string>());
    CHECK(rivals.size() == mark["against"].size());
  }
  CHECK(shared == own);  // none is lost, none counted twice

  const Outcome again = compare(atlas, {"--against-nearest", "rufa", "--rivals", "2", "--untested",
                                        "--json", "--threads", "2"});
  CHECK((again.output == outcome.output));
  const Outcome text = compare(atlas, {"--against-nearest", "rufa", "--rivals", "2", "--untested"});
  CAPTURE(text.output);
  CHECK_THAT(text.output, Contains("Granella rufa against its nearest 2 rivals\n"));
  CHECK_THAT(text.output, Contains("Granella corallina: the model names 2 of 12 Granella rufa so"));
  CHECK_THAT(text.output, Contains("Nothing was tested by removal"));
  CHECK_THAT(text.output, !Contains("nan"));
}

TEST_CASE("small atlases: all marked train, a taxon without an output, one taxon", "[pairs]") {
  const TemporaryFolder train, odd, one;
  const Outcome trained = run({"compare",
                               atlas_of(train,
                                        "turdisca_guttata,Turdisca guttata,train,3\n"
                                        "turdisca_aurantia,Turdisca aurantia,train,3\n"),
                               "--confusions"});
  CAPTURE(trained.output);
  REQUIRE(trained.status == 0);
  CHECK_THAT(trained.output, Contains("Every photo is marked train"));
  CHECK_THAT(trained.output, Contains("The model confuses nothing: of 6 photos"));

  const std::string ignota = atlas_of(odd,
                                      "turdisca_guttata,Turdisca guttata,test,3\n"
                                      "granella_rufa,Avis ignota,test,3\n");
  const Outcome without = run({"compare", ignota, "--confusions"});
  CAPTURE(without.output);
  REQUIRE(without.status == 0);
  CHECK_THAT(without.output, Contains("no output for Avis ignota"));
  CHECK_THAT(without.output, Contains("it names its photos Granella rufa most often"));
  require_refused(compare(ignota, {"--against-nearest", "ignota"}), {"no output for Avis ignota"});
  require_refused(compare(ignota, {"--against-nearest", "guttata"}),
                  {"no other taxon to compare Turdisca guttata with"});

  const std::string alone = atlas_of(one, "turdisca_guttata,Turdisca guttata,test,3\n");
  const Outcome single = run({"compare", alone, "--confusions"});
  CAPTURE(single.output);
  REQUIRE(single.status == 0);
  CHECK_THAT(single.output, Contains("The atlas holds one taxon"));
}

TEST_CASE("three photos of a taxon, and a rival without whole grids", "[pairs]") {
  const TemporaryFolder few, none;
  const Outcome three = compare(atlas_of(few,
                                         "turdisca_guttata,Turdisca guttata,test,3\n"
                                         "turdisca_aurantia,Turdisca aurantia,test,3\n"),
                                {"--against-nearest", "guttata"});
  CAPTURE(three.output, three.errors);
  REQUIRE(three.status == 0);
  CHECK_THAT(three.output, Contains("Turdisca guttata against its nearest rival\n"));
  CHECK_THAT(three.output, Contains("Only 3 photos of Turdisca guttata"));

  const std::string bare = atlas_of(none,
                                    "turdisca_guttata,Turdisca guttata,test,3\n"
                                    "turdisca_aurantia,Turdisca aurantia,test,3\n",
                                    "0");
  require_refused(compare(bare, {"--against-nearest", "guttata"}),
                  {"no whole grids of Turdisca guttata", "--grids-per-taxon"});
  const Outcome listed = run({"compare", bare, "--confusions"});
  CAPTURE(listed.output);
  CHECK(listed.status == 0);
  CHECK_THAT(listed.output, Contains("The model confuses nothing"));
}

TEST_CASE("questions on which pairs that make no sense: one sentence", "[pairs]") {
  const std::string atlas = "data/demo/demo.atlas";
  require_refused(compare(atlas, {"rufa", "--confusions"}), {"leave A and B out"});
  require_refused(compare(atlas, {"rufa", "--against-nearest", "rufa"}), {"name one taxon"});
  require_refused(compare(atlas, {"--confusions", "--against-nearest", "rufa"}), {"excludes"});
  require_refused(compare(atlas, {"rufa", "corallina", "--most", "3"}), {"requires --confusions"});
  require_refused(compare(atlas, {"--rivals", "3"}), {"requires --against-nearest"});
  require_refused(compare(atlas, {"--confusions", "--most", "0"}), {"--most", "1 or more"});
  require_refused(compare(atlas, {"--against-nearest", "Granella ruffa"}), {"Granella rufa"});
  require_refused(compare(atlas, {}), {"Two taxa are required"});
  require_refused(run({"compare", atlas, "--against-nearest", "rufa", "--quiet", "--model",
                       "data/world/biased/model.pt"}),
                  {"another model"});
}

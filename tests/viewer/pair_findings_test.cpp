#include "viewer/pair_findings.h"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tests/atlas/store/small_atlas.h"
#include "tests/atlas/store/test_folder.h"
#include "tests/catch.h"
#include "tests/viewer/kept_pair.h"
#include "viewer/pair_canvas.h"
#include "viewer/pair_choice.h"
#include "viewer/pair_marks_list.h"
#include "viewer/pair_panel.h"

using namespace differentia;
using namespace differentia::viewer;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

struct Atlas {
  store::TestFolder folder{"pair_findings"};
  std::string path = folder / "made.atlas";
  Atlas() { store::make_synthetic_atlas(path, store::small_options()); }
};

}  // namespace

TEST_CASE("what is kept of a pair is what the screen shows") {
  const Atlas made;
  const store::Reader atlas(made.path);
  CHECK_FALSE(load_pair(atlas, 0, 1));
  test::keep_made_pair(atlas, 1, 0);
  const auto pair = load_pair(atlas, 0, 1);
  REQUIRE(pair);
  CHECK(pair->a.taxon == 1);  // as it was asked for
  CHECK(pair->b.taxon == 0);
  CHECK(pair->a.told.with == 30);
  CHECK(pair->a.told.of == 32);
  CHECK(pair->tested);
  REQUIRE(pair->marks.size() == 3);
  const PairMark* first = pair->mark(1);
  REQUIRE(first != nullptr);
  CHECK(first->of_a);
  CHECK(first->presence);
  CHECK(first->title == "red bill");
  CHECK(first->status == PairStatus::kTested);
  CHECK(first->changed_mind.with == 13);
  REQUIRE(first->sightings.size() == 2);
  CHECK(first->sightings[0].photo.taxon == 1);
  CHECK(first->counterparts[0].photo.taxon == 0);
  const PairMark* second = pair->mark(2);
  REQUIRE(second != nullptr);
  CHECK_FALSE(second->of_a);
  CHECK(second->title == "a part that looks different, at the bottom");
  CHECK(second->status == PairStatus::kNotTestable);
  CHECK(std::isnan(second->removed.value));
  REQUIRE(pair->mark(-1) != nullptr);
  CHECK(pair->mark(-1)->title == "reeds");
  CHECK(pair->mark(3) == nullptr);
}

TEST_CASE("the kept map knows its photos and the strongest positions") {
  const Atlas made;
  const store::Reader atlas(made.path);
  test::keep_made_pair(atlas, 0, 1);
  const auto pair = load_pair(atlas, 1, 0);
  REQUIRE(pair);
  REQUIRE(pair->map.size() == 8);
  REQUIRE(pair->positions.size() == 8);
  CHECK(std::abs(pair->map.x[static_cast<std::size_t>(pair->strongest[0])]) == Approx(2));
  CHECK(pair->limit == Approx(2));
  for (std::size_t i = 0; i < 8; ++i) {
    const MapPosition& position = pair->positions[i];
    const store::PhotoRecord& photo = pair->photos[static_cast<std::size_t>(position.photo)];
    CHECK(photo.id == pair->map.photo[i]);
    CHECK(position.box.width > 0);
    CHECK(position.box.x + position.box.width <= photo.size.width + 1e-9);
  }
}

TEST_CASE("a result that cannot be understood, or a map of other photos, is an error") {
  const Atlas made;
  const store::Reader atlas(made.path);
  store::KeptPair kept = test::made_pair(atlas, 0, 1);
  nlohmann::json changed = nlohmann::json::parse(kept.result);
  changed["marks"][0].erase("seen");
  for (const std::string& result : {std::string("no JSON"), std::string("{}"), changed.dump()}) {
    kept.result = result;
    store::keep_pair(store::derived_path(made.path), kept);
    CHECK_THROWS_AS(load_pair(atlas, 0, 1), InputError);
  }
  kept = test::made_pair(atlas, 0, 1);
  kept.map->photo[3] = 100000;
  store::keep_pair(store::derived_path(made.path), kept);
  CHECK_THROWS_AS(load_pair(atlas, 0, 1), InputError);
  kept = test::made_pair(atlas, 0, 1);
  kept.map->row[3] = 60000;
  store::keep_pair(store::derived_path(made.path), kept);
  CHECK_THROWS_AS(load_pair(atlas, 0, 1), InputError);
}

TEST_CASE("a list of pairs that names no taxon of the atlas is damaged") {
  const Atlas made;
  JobQueue jobs(1);
  for (const std::int32_t taxon : {2, 3, -7}) {
    CAPTURE(taxon);
    Catalogue catalogue(jobs, open_atlas(made.path));
    store::KeptPair kept = test::made_pair(catalogue.reader(), 0, 1);
    kept.summary.key.taxon_b = taxon;
    store::keep_pair(store::derived_path(made.path), kept);
    for (int i = 0; i < 2000 && !catalogue.kept_pairs() && catalogue.kept_pairs_error().empty();
         ++i) {
      jobs.publish();
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    if (taxon == 2)
      CHECK(catalogue.kept_pairs()->size() == 1);
    else
      CHECK_THAT(catalogue.kept_pairs_error(), Contains("made.derived.sqlite"));
    fs::remove(store::derived_path(made.path));
  }
}

TEST_CASE("a mark's evidence in plain words") {
  const Atlas made;
  const store::Reader atlas(made.path);
  const store::KeptPair kept = test::made_pair(atlas, 0, 1);
  const PairFindings pair = pair_of_json(kept.result, atlas, kept.summary.key);
  CHECK_THAT(told_text(pair), Contains("30 of 32") && Contains("the other way"));
  CHECK_THAT(status_text(*pair.mark(1)), Contains("changes its mind on 13 of 30"));
  CHECK_THAT(evidence_text(*pair.mark(1)),
             Contains("falls by 4.6 (3.1 to 6.0) logits") && Contains("by 0.0 (−0.2 to 0.2)"));
  CHECK_THAT(evidence_text(*pair.mark(2)), Contains("Not testable: too few"));
  CHECK_THAT(evidence_text(*pair.mark(-1)), Contains("may be chance"));
}

TEST_CASE("the axis spreads what is weak and ends at its limit") {
  CHECK(along_axis(0, 2) == 0);
  CHECK(along_axis(0.5, 2) == Approx(0.5));
  CHECK(along_axis(-2, 2) == Approx(-1));
  CHECK(along_axis(7, 2) == Approx(1));
  for (const double limit : {0.03, 0.7, 1.0, 3.2, 40.0}) {
    CAPTURE(limit);
    const std::vector<double> values = axis_values(limit);
    REQUIRE(!values.empty());
    CHECK(values.size() <= 3);
    CHECK(values.back() <= limit * 1.000001);
    CHECK(values.back() >= limit / 2.6);
    for (std::size_t i = 1; i < values.size(); ++i)
      CHECK(along_axis(values[i], limit) - along_axis(values[i - 1], limit) >= 0.249);
  }
}

TEST_CASE("rivals come first among the taxa to compare with, and none twice") {
  TaxonList list;
  for (const char* name : {"Larus ater", "Larus albus", "Sterna rubra", "Larus viridis"}) {
    store::TaxonRecord taxon;
    taxon.id = taxon.output = static_cast<std::int32_t>(list.taxa.size());
    taxon.name = name;
    list.folded.push_back(folded(name));
    list.taxa.push_back(taxon);
  }
  list.taxa[1].output = -1;  // not the model's
  list.taxa[0].rivals = {3, 2};
  CHECK(taxa_to_compare(list, 0, "") == std::vector<std::int32_t>{3, 2});
  CHECK(taxa_to_compare(list, 3, "") == std::vector<std::int32_t>{0, 2});
  CHECK(taxa_to_compare(list, 0, "rubra") == std::vector<std::int32_t>{2});
}

TEST_CASE("the command that compares two taxa can be pasted into a shell") {
  CHECK(compare_command("a.atlas", "Larus ater", "x") ==
        "differentia compare a.atlas 'Larus ater' x");
  CHECK(compare_command("my birds.atlas", "d'Orbigny", "ä") ==
        "differentia compare 'my birds.atlas' 'd'\\''Orbigny' ä");
}

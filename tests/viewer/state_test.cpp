#include "viewer/state.h"

#include <unistd.h>
#include <cmath>

#include <filesystem>

#include "base/error.h"
#include "tests/catch.h"
#include "viewer/input_fit.h"
#include "viewer/number_text.h"
#include "viewer/recent.h"
#include "viewer/saliency_desk.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

TaxonList taxa() {
  TaxonList list;
  for (const auto& [name, common] : std::vector<std::pair<std::string, std::string>>{
           {"Vanessa_cardui", "Painted Lady"},
           {"Vanessa_atalanta", "Red Admiral"},
           {"Falco_tinnunculus", "Faucon crécerelle"}}) {
    store::TaxonRecord taxon;
    taxon.id = static_cast<std::int32_t>(list.taxa.size());
    taxon.name = name;
    taxon.common_name = common;
    list.taxa.push_back(taxon);
    list.folded.push_back(folded(name + "\n" + common));
  }
  return list;
}

}  // namespace

TEST_CASE("taxa are found by any part of any name, whatever its case and marks") {
  const TaxonList list = taxa();
  CHECK(matching_taxa(list, "vanessa") == std::vector<std::int32_t>{0, 1});
  CHECK(matching_taxa(list, "ADMIRAL") == std::vector<std::int32_t>{1});
  CHECK(matching_taxa(list, "crecer") == std::vector<std::int32_t>{2});
  CHECK(matching_taxa(list, "vanessa card") == std::vector<std::int32_t>{0});
  CHECK(matching_taxa(list, "").size() == 3);
  CHECK(matching_taxa(list, "owl").empty());
}

TEST_CASE("a taxon on the command line is an id or an unambiguous part of a name") {
  const TaxonList list = taxa();
  CHECK(resolve_taxon(list, "2") == 2);
  CHECK(resolve_taxon(list, "painted") == 0);
  CHECK(resolve_taxon(list, "Vanessa atalanta") == 1);
  CHECK_THROWS_AS(resolve_taxon(list, "vanessa"), InputError);
  CHECK_THROWS_AS(resolve_taxon(list, "Vanesa cardi"), UnknownName);
}

TEST_CASE("flags name what is shown first") {
  CHECK(colour_by_of("subject") == ColourBy::kSubject);
  CHECK_THROWS_AS(colour_by_of("atribution"), UnknownName);
  const CellPlace cell = cell_place_of("2:10,7");
  CHECK(cell.level == 2);
  CHECK(cell.x == 10);
  CHECK(cell.y == 7);
  CHECK_THROWS_AS(cell_place_of("2:10"), InputError);
  CHECK_THROWS_AS(cell_place_of("2:10,7x"), InputError);
  CHECK_THROWS_AS(cell_place_of("-1:10,7"), InputError);
}

TEST_CASE("another taxon leaves nothing of the last behind") {
  State state;
  state.show_taxon(1);
  state.show_concept(3);
  state.fit_requested = false;
  store::PhotoRecord photo;
  photo.id = 9;
  state.show_photo_on_map(photo);
  state.show_taxon(2);
  CHECK(state.selection.kind == Selection::Kind::kNone);
  CHECK(state.highlighted_photo == -1);
  CHECK(state.fit_requested);
}

TEST_CASE("Esc goes back one step at a time") {
  State state;
  state.show_taxon(1);
  state.show_concept(3);
  state.open_photo(std::vector<Place>(3), 1, "Concept 3");
  state.help = true;
  CHECK(state.back());
  CHECK_FALSE(state.help);
  CHECK(state.back());
  CHECK(state.screen == Screen::kMap);
  CHECK(state.selection.concept_number == 3);
  CHECK(state.back());
  CHECK(state.selection.kind == Selection::Kind::kNone);
  state.search = "limo";
  CHECK(state.back());
  CHECK(state.search.empty());
  CHECK_FALSE(state.back());
}

TEST_CASE("the arrows stay within the photos") {
  State state;
  state.open_photo(std::vector<Place>(3), 1, "Cell");
  state.photo.step(1);
  state.photo.step(1);
  CHECK(state.photo.index == 2);
  state.photo.step(-100);
  CHECK(state.photo.index == 0);
  state.open_photo({}, 0, "Cell");  // nothing to open
  CHECK(state.photo.places.size() == 3);
}

TEST_CASE("a photo remembers the concept from which one came to it") {
  State state;
  state.show_concept(3);
  state.open_photo(std::vector<Place>(2), 0, "Concept 3");
  CHECK(state.photo.concept_number == 3);
  state.photo.on_concept = true;
  state.show_concept(4);
  state.open_photo(std::vector<Place>(2), 0, "Concept 4");
  CHECK(state.photo.concept_number == 4);
  CHECK(state.photo.on_concept);  // the way of asking stays
  state.clear_selection();
  state.open_photo(std::vector<Place>(2), 0, "Photo");
  CHECK(state.photo.concept_number == -1);
  CHECK_FALSE(state.photo.on_concept);
}

TEST_CASE("numbers are written as people read them") {
  CHECK(count_text(1234567) == "1,234,567");
  CHECK(count_text(12) == "12");
  CHECK(signed_text(1.2) == "+1.20");
  CHECK(signed_text(-0.349) == "−0.35");
  CHECK(signed_text(-0.001) == "0.00");
  CHECK(logits_text(1.2) == "+1.20");
  CHECK(logits_text(-0.0123) == "−0.012");
  CHECK(logits_text(0.00314) == "+0.0031");
  CHECK(logits_text(0) == "0.00");
  CHECK(logits_interval_text({0.0123, -0.0004, 0.03}) == "0.000 … +0.030");
  CHECK(percent_text(0.414) == "41 %");
  CHECK(percent_text(std::nan("")) == "–");
  CHECK(signed_interval_text({1, -INFINITY, INFINITY}) == "not known");
  CHECK(counted(1, "photo", "photos") == "1 photo");
}

TEST_CASE("the input lies over the photo as the card says") {
  const std::string stretch = R"({"input": {"width": 100, "height": 50, "fit": "stretch"}})";
  const InputGeometry a = input_of_card(stretch, {400, 400});
  CHECK(a.to_input({200, 200}).x == Approx(50));
  CHECK(a.to_input({200, 200}).y == Approx(25));
  const std::string crop =
      R"({"input": {"width": 224, "height": 224, "fit": "crop", "resize": 256}})";
  const InputGeometry b = input_of_card(crop, {1024, 512});
  CHECK(b.to_input({512, 256}).x == Approx(112));
  CHECK(b.visible().width == Approx(448));
  CHECK(b.visible().x == Approx(288));
  const std::string pad = R"({"input": {"width": 200, "height": 200, "fit": "pad"}})";
  const InputGeometry c = input_of_card(pad, {1000, 500});
  CHECK(c.to_input({0, 0}).y == Approx(50));
  CHECK_THROWS_AS(input_of_card("not json", {10, 10}), InputError);
}

TEST_CASE("recent atlases are kept, newest first, each once") {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("differentia_recent_test-" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  const std::string file = (folder / "config" / "recent").string();
  {
    RecentAtlases recent(file);
    CHECK(recent.paths().empty());
    recent.add("/data/a.atlas");
    recent.add("/data/b.atlas");
    recent.add("/data/../data/a.atlas");
  }
  const RecentAtlases again(file);
  CHECK(again.paths() == std::vector<std::string>{"/data/a.atlas", "/data/b.atlas"});
  std::filesystem::remove_all(folder);
}

TEST_CASE("saliency is coloured by its strength, and nothing where the network saw nothing") {
  SaliencyMap map;
  map.size = {4, 2};
  const float nothing = std::nanf("");
  map.values = {nothing, 0, 1, nothing, nothing, 0.5f, 1, nothing};
  const SaliencyPicture picture = colour_saliency(map);
  CHECK_FALSE(picture.is_signed);
  CHECK(picture.visible.x == Approx(0.25));
  CHECK(picture.visible.width == Approx(0.5));
  CHECK(picture.visible.height == Approx(1));
  const auto& rgba = picture.picture.pixels.levels.at(0);
  CHECK(rgba[3] == 0);        // not seen
  CHECK(rgba[4 + 3] == 0);    // no evidence
  CHECK(rgba[8 + 3] == 255);  // the strongest
  map.values[1] = -1;
  CHECK(colour_saliency(map).is_signed);
  // Where 0 means nothing the least is faint and the most is strong, whatever the sign.
  map.zero_is_nothing = false;
  map.values = {nothing, -3, -1, nothing, nothing, -2, -1, nothing};
  const SaliencyPicture relative = colour_saliency(map);
  CHECK(relative.is_relative);
  CHECK_FALSE(relative.is_signed);
  CHECK(relative.low == Approx(-3));
  CHECK(relative.limit == Approx(-1));
  const auto& faint = relative.picture.pixels.levels.at(0);
  CHECK(faint[4 + 3] == 0);
  CHECK(faint[8 + 3] == 255);
}

TEST_CASE("a pair is left one step at a time, for where it was entered from") {
  State state;
  state.show_taxon(1);
  state.show_pair(1, 4);
  state.pair.mark = 2;
  state.open_pair_photo(std::vector<Place>(3), 1, "Mark 2", {7, 9, false});
  CHECK(state.screen == Screen::kPhoto);
  CHECK(state.back());
  CHECK(state.screen == Screen::kPair);
  CHECK(state.pair.mark == 2);
  CHECK(state.back());
  CHECK(state.pair.mark == 0);
  CHECK(state.screen == Screen::kPair);
  CHECK(state.back());
  CHECK(state.screen == Screen::kMap);
  state.show_pairs();
  state.show_pair(2, 3);
  CHECK(state.back());
  CHECK(state.screen == Screen::kPairs);
  CHECK(state.back());
  CHECK(state.screen == Screen::kMap);
}

TEST_CASE("a photo of a pair is explained by what tells the two apart, others as chosen before") {
  State state;
  state.show_taxon(1);
  state.photo.target.minus = 5;
  state.show_concept(3);
  state.open_photo(std::vector<Place>(1), 0, "Concept 3");
  state.photo.on_concept = true;
  state.show_pair(1, 4);
  state.open_pair_photo(std::vector<Place>(3), 0, "Mark 1", {7, 9, false});
  CHECK(state.photo.target.output == 7);
  CHECK(state.photo.target.minus == 9);
  CHECK_FALSE(state.photo.on_concept);
  CHECK(state.photo.concept_number == -1);
  state.open_pair_photo(std::vector<Place>(3), 2, "Mark 2", {9, 7, false});
  CHECK(state.photo.target.output == 9);
  // Its photo on the map is on its own taxon's map.
  store::PhotoRecord photo;
  photo.id = 12;
  photo.taxon = 4;
  state.show_photo_on_map(photo);
  CHECK(state.taxon == 4);
  CHECK(state.highlighted_photo == 12);
  state.open_photo(std::vector<Place>(1), 0, "Cell");
  CHECK(state.photo.target.output == -1);
  CHECK(state.photo.target.minus == 5);
  CHECK_FALSE(state.photo.from_pair);
}

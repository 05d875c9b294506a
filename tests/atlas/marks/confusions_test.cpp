// Pairs that a model confuses: made-up counts, and the small atlas that ships.

#include "atlas/marks/confusions.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include <unistd.h>

#include "atlas/build.h"
#include "atlas/marks/rivals.h"
#include "tests/catch.h"

using namespace differentia;
namespace fs = std::filesystem;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Taxa by the outputs given, each with the outputs of its rivals.
std::vector<store::TaxonRecord> taxa_of(
    const std::vector<std::pair<std::int32_t, std::vector<std::int32_t>>>& outputs) {
  std::vector<store::TaxonRecord> taxa;
  for (const auto& [output, rivals] : outputs) {
    store::TaxonRecord taxon;
    taxon.id = static_cast<std::int32_t>(taxa.size());
    taxon.name = "Avis " + std::to_string(taxon.id);
    taxon.output = output;
    taxon.rivals = rivals;
    taxa.push_back(taxon);
  }
  return taxa;
}

double no_margin(std::int32_t, std::int32_t) {
  return kNaN;
}

}  // namespace

TEST_CASE("pairs by how often they are confused, few photos counting for little", "[confusions]") {
  const auto taxa = taxa_of({{0, {}}, {1, {}}, {2, {}}, {3, {}}});
  const Confusions found = rank_confusions(taxa,
                                           {{0, 0, false, 60},
                                            {0, 1, false, 20},  // 20 of 80
                                            {1, 1, false, 80},
                                            {2, 2, false, 1},
                                            {2, 3, false, 1},  // 1 of 2: a larger share, less known
                                            {3, 3, false, 2},
                                            {3, 0, true, 50}},  // marked train
                                           {}, 10, no_margin);
  CHECK(found.held_out);
  CHECK(found.photos == 164);
  CHECK(found.wrong == 21);
  CHECK(found.strangers == 0);
  CHECK(found.confused == 2);
  REQUIRE(found.pairs.size() == 2);
  CHECK(found.pairs[0].taxa == std::array<std::int32_t, 2>{0, 1});
  CHECK(found.pairs[0].named[0].with == 20);
  CHECK(found.pairs[0].named[0].of == 80);
  CHECK(found.pairs[0].named[1].with == 0);
  CHECK(found.pairs[0].named[1].of == 80);
  CHECK(found.pairs[1].taxa == std::array<std::int32_t, 2>{2, 3});
  // Wilson (1927) of 20 of 80 is 0.1684…, of 1 of 2 0.0945…; the other direction adds nothing.
  CHECK(found.pairs[0].at_least == Approx(0.5 * 0.1684).margin(1e-3));
  CHECK(found.pairs[1].at_least == Approx(0.5 * 0.0945).margin(1e-3));
}

TEST_CASE("training photos count only where there are no others", "[confusions]") {
  const auto taxa = taxa_of({{0, {}}, {1, {}}});
  const Confusions found = rank_confusions(
      taxa, {{0, 0, true, 9}, {0, 1, true, 1}, {1, 1, true, 10}}, {}, 10, no_margin);
  CHECK(!found.held_out);
  REQUIRE(found.pairs.size() == 1);
  CHECK(found.pairs[0].named[0].with == 1);
  CHECK(found.pairs[0].named[0].of == 10);

  const Confusions mixed = rank_confusions(
      taxa, {{0, 1, true, 9}, {0, 0, false, 1}, {1, 1, true, 10}}, {}, 10, no_margin);
  CHECK(mixed.held_out);
  CHECK(mixed.wrong == 0);
  CHECK(mixed.uncounted == std::vector<std::int32_t>{1});
}

TEST_CASE("of pairs confused alike those with fewest marks come first, then the nearer",
          "[confusions]") {
  const auto taxa = taxa_of({{0, {1, 2}}, {1, {0}}, {2, {3}}, {3, {2}}, {4, {0}}});
  const std::vector<store::NamedPhotos> named{{0, 0, false, 10},
                                              {1, 1, false, 10},
                                              {2, 2, false, 10},
                                              {3, 3, false, 10},
                                              {4, 4, false, 10}};
  const auto margin = [](std::int32_t taxon, std::int32_t rival) {
    if (taxon == 4) return 1.0;
    if (taxon == 2 && rival == 3) return 2.0;
    return taxon == 0 && rival == 1 ? 3.0 : kNaN;
  };
  // 0–1 compared, nothing shown; 2–3 and 0–2 not compared; 0–4 compared, two shown.
  const Confusions found = rank_confusions(taxa, named, {{{0, 1}, 0}, {{0, 4}, 2}}, 10, margin);
  CHECK(found.wrong == 0);
  CHECK(found.confused == 0);
  REQUIRE(found.pairs.size() == 4);
  CHECK(found.pairs[0].taxa == std::array<std::int32_t, 2>{2, 3});
  CHECK(found.pairs[0].least_margin() == 2);
  CHECK(found.pairs[0].marks == -1);
  CHECK(found.pairs[1].taxa == std::array<std::int32_t, 2>{0, 1});
  CHECK(found.pairs[1].marks == 0);
  CHECK(found.pairs[2].taxa == std::array<std::int32_t, 2>{0, 2});  // its margin is not known
  CHECK(std::isnan(found.pairs[2].least_margin()));
  CHECK(found.pairs[3].taxa == std::array<std::int32_t, 2>{0, 4});
}

TEST_CASE("no margin is asked for beyond what is listed", "[confusions]") {
  const auto taxa = taxa_of({{0, {1, 2}}, {1, {0, 2}}, {2, {0, 1}}});
  const std::vector<store::NamedPhotos> named{
      {0, 0, false, 8}, {0, 1, false, 2}, {1, 1, false, 10}, {2, 2, false, 10}};
  int asked = 0;
  const Confusions found =
      rank_confusions(taxa, named, {}, 1, [&](std::int32_t taxon, std::int32_t rival) {
        ++asked;
        CHECK(taxon + rival == 1);
        return 0.5;
      });
  CHECK(asked == 2);
  REQUIRE(found.pairs.size() == 1);
  CHECK(found.pairs[0].margin[0] == 0.5);
  CHECK(found.confused == 1);
}

TEST_CASE("a taxon without an output, strangers, and two taxa of one output", "[confusions]") {
  // Taxon 1 has no output; 2 and 3 share one; output 7 is of no taxon.
  const auto taxa = taxa_of({{0, {2}}, {-1, {}}, {2, {}}, {2, {}}, {-1, {}}});
  const Confusions found = rank_confusions(taxa,
                                           {{0, 0, false, 7},
                                            {0, 2, false, 2},
                                            {0, 7, false, 1},
                                            {1, 0, false, 3},
                                            {1, 7, false, 5},
                                            {2, 2, false, 4}},
                                           {}, 10, no_margin);
  CHECK(found.photos == 14);
  CHECK(found.wrong == 3);
  CHECK(found.strangers == 1);
  REQUIRE(found.without_output.size() == 2);
  CHECK(found.without_output[0].taxon == 1);
  CHECK(found.without_output[0].named_as == 7);
  CHECK(found.without_output[0].named.with == 5);
  CHECK(found.without_output[0].named.of == 8);
  CHECK(found.without_output[1].taxon == 4);
  CHECK(found.without_output[1].named_as == -1);
  CHECK(found.one_output == std::vector<std::array<std::int32_t, 2>>{{2, 3}});
  CHECK(found.uncounted == std::vector<std::int32_t>{3});
  // Named as either of the two that share the output; never a pair of those two.
  REQUIRE(found.pairs.size() == 2);
  for (const ConfusedPair& pair : found.pairs) {
    CHECK(pair.taxa[0] == 0);
    CHECK(pair.named[0].with == 2);
  }
}

TEST_CASE("nothing to count: no taxa, one taxon, no photos", "[confusions]") {
  CHECK(rank_confusions({}, {}, {}, 10, no_margin).pairs.empty());
  // A rival without a photo is no pair.
  CHECK(rank_confusions(taxa_of({{0, {1}}, {1, {}}}), {{0, 0, false, 3}}, {}, 10, no_margin)
            .pairs.empty());
  const auto one = taxa_of({{0, {1}}});
  const Confusions found = rank_confusions(one, {{0, 0, false, 3}}, {}, 10, no_margin);
  CHECK(found.pairs.empty());
  CHECK(found.photos == 3);
  CHECK(rank_confusions(one, {}, {}, 10, no_margin).uncounted.size() == 1);
}

TEST_CASE("nearest rivals: those confused twice or more, then by margin", "[confusions]") {
  const auto taxa = taxa_of({{0, {}}, {1, {}}, {2, {}}, {3, {}}, {-1, {}}, {0, {}}});
  const std::vector<store::NamedPhotos> named{
      {0, 0, false, 38}, {0, 1, false, 1},  {0, 3, true, 9},   {1, 1, false, 40},
      {2, 0, false, 2},  {2, 2, false, 38}, {3, 3, false, 40}, {4, 0, false, 9}};
  const std::vector<double> logits{9, 1, 2, 6};
  const auto rivals = nearest_rivals(taxa, named, 0, logits);
  // 2 is named as 0 twice; 1 was taken for it once, which may be chance: after 3, which is nearer.
  // The taxon without an output and the one of the same output are no rivals.
  REQUIRE(rivals.size() == 3);
  CHECK(rivals[0].taxon == 2);
  CHECK(rivals[0].named_back.with == 2);
  CHECK(rivals[0].named_back.of == 40);
  CHECK(rivals[0].margin == 7);
  CHECK(rivals[1].taxon == 3);
  CHECK(rivals[1].margin == 3);
  CHECK(!rivals[1].confused());  // marked train
  CHECK(rivals[2].taxon == 1);
  CHECK(rivals[2].named.with == 1);
  CHECK(rivals[2].named.of == 39);
}

TEST_CASE("mean logits are of photos not marked train, where a taxon has such", "[confusions]") {
  const fs::path folder =
      fs::temp_directory_path() / ("differentia_rivals_test_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  std::ofstream csv(folder / "photos.csv");
  csv << "photo,taxon,split\n";
  for (int i = 0; i < 3; ++i)
    for (const char* species : {"guttata", "aurantia"})
      csv << fs::absolute("data/demo/photos/turdisca_").string() << species << "/t000" << i
          << ".jpg,Turdisca " << species << ","
          << (i < 2 || species == std::string("aurantia") ? "train" : "test") << "\n";
  csv.close();
  BuildOptions options;
  options.photos = (folder / "photos.csv").string();
  options.model = "data/world/clean/model.pt";
  options.output = (folder / "few.atlas").string();
  options.points_per_taxon = 100;
  options.points_of_all = 0;
  options.taxon_layout.epochs = 2;
  build(options);
  {
    const store::Reader atlas(options.output);
    for (const store::TaxonRecord& taxon : atlas.taxa()) {
      const bool only_train = taxon.name == "Turdisca aurantia";
      double sum = 0;
      int photos = 0;
      for (const store::PhotoRecord& photo : atlas.photos_of_taxon(taxon.id)) {
        if (photo.split == "train" && !only_train) continue;
        sum += photo.logit;
        ++photos;
      }
      CHECK(photos == (only_train ? 3 : 1));
      const auto logits = mean_logits_of(atlas, Model::load(options.model), taxon.id);
      // Kept grids are of half precision.
      CHECK(logits[static_cast<std::size_t>(taxon.output)] == Approx(sum / photos).margin(0.05));
    }
  }
  fs::remove_all(folder);
}

TEST_CASE("the atlas that ships: counts of its photos, margins as the network's", "[confusions]") {
  const store::Reader atlas("data/demo/demo.atlas");
  const auto model = Model::load("data/world/clean/model.pt");
  const auto taxa = atlas.taxa();
  const Confusions found = confusions_of(atlas, {}, 100);
  CHECK(found.held_out);
  CHECK(found.photos == atlas.totals().tested);
  CHECK(found.wrong == atlas.totals().tested - atlas.totals().correct);

  int checked = 0;
  StoredMargins margins(atlas);
  for (const store::TaxonRecord& taxon : taxa) {
    const auto logits = mean_logits_of(atlas, model, taxon.id);
    const auto rivals = nearest_rivals(taxa, store::named_photos(atlas), taxon.id, logits);
    CHECK(rivals.size() == taxa.size() - 1);
    for (const NearRival& rival : rivals) {
      const double stored = margins(taxon.id, rival.taxon);
      if (std::isnan(stored)) continue;
      CAPTURE(taxon.name, taxa[static_cast<std::size_t>(rival.taxon)].name);
      // Both logits' attributions leave up to 5 % of a logit over (attribution.h).
      CHECK(stored == Approx(rival.margin).margin(0.5));
      ++checked;
    }
  }
  CHECK(checked >= 9);
}

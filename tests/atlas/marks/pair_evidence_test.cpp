// Pairs of the small atlas that ships, and of one made here of its photos.

#include "atlas/marks/pair_evidence.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include <unistd.h>

#include "atlas/build.h"
#include "base/error.h"
#include "tests/catch.h"

using namespace differentia;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

const store::Reader& demo() {
  static const store::Reader atlas("data/demo/demo.atlas");
  return atlas;
}

const std::shared_ptr<const Model>& network() {
  static const auto model = Model::load("data/world/clean/model.pt");
  return model;
}

std::int32_t taxon(const store::Reader& atlas, const std::string& name) {
  return atlas.find_taxa(name).at(0).id;
}

// A folder with an atlas of a few of the demo's photos, which differ in split and observation, and
// of a taxon that the model has no output for. `grids`: kept of each taxon.
class SmallAtlas {
 public:
  explicit SmallAtlas(int grids)
      : folder_(fs::temp_directory_path() / ("differentia_pair_test_" + std::to_string(::getpid()) +
                                             "_" + std::to_string(grids))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::ofstream csv(folder_ / "photos.csv");
    csv << "photo,taxon,split,observation\n";
    const auto add = [&](const std::string& species, int number, const std::string& name,
                         const std::string& split, const std::string& observation) {
      csv << fs::absolute("data/demo/photos/" + species + "/t000" + std::to_string(number) + ".jpg")
                 .string()
          << "," << name << "," << split << "," << observation << "\n";
    };
    for (int i = 0; i < 6; ++i) {
      add("turdisca_guttata", i, "Turdisca guttata", i < 4 ? "train" : "test",
          i < 4 ? "g" + std::to_string(i / 2) : "h");
      add("turdisca_aurantia", i, "Turdisca aurantia", "test",
          i < 2 ? "g" + std::to_string(i) : "a" + std::to_string(i));
    }
    add("silvaria_simplex", 0, "Avis ignota", "test", "i");
    csv.close();
    BuildOptions options;
    options.photos = (folder_ / "photos.csv").string();
    options.model = "data/world/clean/model.pt";
    options.output = (folder_ / "small.atlas").string();
    options.collect.grids_per_taxon = grids;
    options.points_per_taxon = 100;
    options.points_of_all = 0;
    options.taxon_layout.epochs = 2;
    build(options);
    atlas_ = std::make_unique<store::Reader>(options.output);
  }
  ~SmallAtlas() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  SmallAtlas(const SmallAtlas&) = delete;
  SmallAtlas& operator=(const SmallAtlas&) = delete;

  PairEvidence pair(const std::string& a, const std::string& b) const {
    return pair_evidence(*atlas_, network(), taxon(*atlas_, a), taxon(*atlas_, b));
  }

 private:
  fs::path folder_;
  std::unique_ptr<store::Reader> atlas_;
};

PairEvidence demo_pair(const std::string& a, const std::string& b, int threads = 1) {
  PairEvidenceOptions options;
  options.threads = threads;
  return pair_evidence(demo(), network(), taxon(demo(), a), taxon(demo(), b), options);
}

// No observation is of both halves, through both taxa.
bool halves_apart(const PairEvidence& pair) {
  std::map<std::int64_t, bool> half;
  for (const PairSide& side : pair.sides)
    for (const PairPhoto& photo : side.photos)
      if (half.emplace(photo.observation, photo.testing).first->second != photo.testing)
        return false;
  return true;
}

int testing_of(const PairSide& side) {
  int testing = 0;
  for (const PairPhoto& photo : side.photos) testing += photo.testing;
  return testing;
}

}  // namespace

TEST_CASE("positions add up to the margin less the margin at zero", "[marks]") {
  // Each the other's rival, so that the build has attributed both, and two that are not.
  for (const auto& [a, b] : {std::pair("Granella rufa", "Granella corallina"),
                             std::pair("Turdisca guttata", "Silvaria simplex")}) {
    CAPTURE(a, b);
    const PairEvidence pair = demo_pair(a, b);
    CHECK(pair.cells() == 256);
    CHECK(pair.masked(Side::kA));
    for (const Side which : {Side::kA, Side::kB}) {
      const PairSide& side = pair.side(which);
      const double at_zero = which == Side::kA ? pair.margin_at_zero : -pair.margin_at_zero;
      REQUIRE(side.photos.size() == 8);
      REQUIRE(side.toward.size() == 8 * pair.cells());
      REQUIRE(side.activation.size() ==
              8 * pair.cells() * static_cast<std::size_t>(pair.layer.channels));
      for (std::size_t i = 0; i < side.photos.size(); ++i) {
        double sum = 0;
        for (const float value : side.toward_of(i, pair.cells())) sum += value;
        const PairPhoto& photo = side.photos[i];
        CHECK(sum - (photo.margin - at_zero) == Approx(photo.residual).margin(1e-4));
        // attribution.h: of a logit 5 %, so of the difference of two that were attributed apart.
        CHECK(std::abs(photo.residual) < 0.1 * std::max(5.0, std::abs(photo.margin - at_zero)));
        CHECK(photo.predicted == photo.record.predicted);
      }
    }
  }
}

TEST_CASE("B against A is A against B turned round", "[marks]") {
  const PairEvidence one = demo_pair("Turdisca guttata", "Turdisca aurantia"),
                     two = demo_pair("Turdisca aurantia", "Turdisca guttata");
  CHECK(one.margin_at_zero == -two.margin_at_zero);
  CHECK(one.tested_on_held_out == two.tested_on_held_out);
  for (std::size_t s = 0; s < 2; ++s) {
    const PairSide &here = one.sides[s], &there = two.sides[1 - s];
    CHECK(here.taxon.name == there.taxon.name);
    CHECK(here.toward == there.toward);
    REQUIRE(here.photos.size() == there.photos.size());
    for (std::size_t i = 0; i < here.photos.size(); ++i) {
      CHECK(here.photos[i].record.id == there.photos[i].record.id);
      CHECK(here.photos[i].testing == there.photos[i].testing);
      CHECK(here.photos[i].margin == there.photos[i].margin);
    }
  }
}

TEST_CASE("the number of threads changes nothing of a pair's evidence", "[marks]") {
  const PairEvidence one = demo_pair("Turdisca guttata", "Silvaria simplex", 1),
                     two = demo_pair("Turdisca guttata", "Silvaria simplex", 2);
  for (std::size_t s = 0; s < 2; ++s) {
    CHECK(one.sides[s].toward == two.sides[s].toward);
    for (std::size_t i = 0; i < one.sides[s].photos.size(); ++i) {
      CHECK(one.sides[s].photos[i].margin == two.sides[s].photos[i].margin);
      CHECK(one.sides[s].photos[i].testing == two.sides[s].photos[i].testing);
    }
  }
}

TEST_CASE("progress is reported on the caller's thread", "[marks]") {
  const std::thread::id caller = std::this_thread::get_id();
  int reports = 0, strangers = 0;
  for (const int threads : {1, 2, 2, 2}) {
    PairEvidenceOptions options;
    options.threads = threads;
    pair_evidence(demo(), network(), taxon(demo(), "Turdisca guttata"),
                  taxon(demo(), "Silvaria simplex"), options, [&](const Progress& progress) {
                    ++reports;
                    strangers += std::this_thread::get_id() != caller;
                    return progress.done <= progress.total;
                  });
    if (threads == 1) CHECK(reports == 2);  // of eight photos each
  }
  CHECK(strangers == 0);
}

TEST_CASE("halves share no observation, and the testing half is held out where it can be",
          "[marks]") {
  const PairEvidence demo = demo_pair("Turdisca guttata", "Turdisca aurantia");
  CHECK(halves_apart(demo));
  CHECK(demo.tested_on_held_out);
  for (const PairSide& side : demo.sides) {
    CHECK(testing_of(side) >= 4);
    CHECK(testing_of(side) < 8);
  }
  // Observations that hold both taxa; of one taxon a third of the photos is held out.
  const SmallAtlas small(6);
  for (const auto& [a, b] : {std::pair("Turdisca guttata", "Turdisca aurantia"),
                             std::pair("Turdisca aurantia", "Turdisca guttata")}) {
    CAPTURE(a);
    const PairEvidence pair = small.pair(a, b);
    CHECK(halves_apart(pair));
    CHECK_FALSE(pair.tested_on_held_out);
    CHECK_FALSE(pair.masked(Side::kA));
    CHECK_FALSE(pair.masked(Side::kB));
    for (const PairSide& side : pair.sides)
      for (const PairPhoto& photo : side.photos)
        if (photo.record.observation == "h") CHECK((photo.testing && photo.held_out));
  }
  CHECK_THROWS_WITH(small.pair("Turdisca guttata", "Avis ignota"),
                    Contains("no output for Avis ignota"));
}

TEST_CASE("pairs that cannot be compared: one sentence each", "[marks]") {
  const auto guttata = taxon(demo(), "Turdisca guttata"),
             aurantia = taxon(demo(), "Turdisca aurantia");
  CHECK_THROWS_WITH(pair_evidence(demo(), network(), guttata, guttata),
                    Contains("Both taxa are Turdisca guttata"));
  const auto biased = Model::load("data/world/biased/model.pt");
  CHECK_THROWS_WITH(pair_evidence(demo(), biased, guttata, aurantia),
                    Contains("another model") && Contains("biased/model.pt"));
  const SmallAtlas bare(0);
  CHECK_THROWS_WITH(bare.pair("Turdisca guttata", "Turdisca aurantia"),
                    Contains("no whole grids") && Contains("--grids-per-taxon"));
  CHECK_THROWS_AS(pair_evidence(demo(), network(), guttata, aurantia, {},
                                [](const Progress&) { return false; }),
                  Interrupted);
}

#include "atlas/build.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

#include <unistd.h>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "atlas/store/reader.h"
#include "base/error.h"
#include "base/random.h"
#include "tests/catch.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

// A folder with a tiny network (tiny_model.py), 26 photos of three taxa, one of them a GIF and one
// cut off, and masks.
class Workplace {
 public:
  Workplace()
      : folder_(fs::temp_directory_path() /
                ("differentia_build_test_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "photos");
    const auto command =
        "/usr/bin/python3 tests/atlas/tiny_model.py " + (*this / "model.pt") + " whole";
    REQUIRE(std::system(command.c_str()) == 0);
    write_card(R"(["Larus", "Sterna", "Uria", "Alca"])");
    std::ofstream csv(*this / "photos.csv");
    csv << "photo,taxon,split,observation,mask,credit,weather\n";
    const char* names[] = {"Larus", "Sterna", "Uria"};
    for (int t = 0; t < 3; ++t)
      for (int p = 0; p < 8; ++p) {
        const auto file = std::string(names[t]) + std::to_string(p) + ".jpg";
        write_photo(t, p, *this / ("photos/" + file));
        const bool masked = t == 0;
        if (masked) write_mask(*this / ("photos/mask" + std::to_string(p) + ".png"));
        csv << "photos/" << file << "," << names[t] << ","
            << (p % 2 == 0 || t == 2 ? "train" : "test") << ",o" << p / 2 << ","
            << (masked ? "photos/mask" + std::to_string(p) + ".png" : "") << ",me,fog\n";
      }
    std::ofstream(*this / "photos/picture.jpg") << "GIF89a and more";
    csv << "photos/picture.jpg,Sterna,test,o9,,,\n";
    std::vector<std::uint8_t> jpeg;
    cv::imencode(".jpg", picture(1, 77), jpeg);
    std::ofstream(*this / "photos/cut.jpg", std::ios::binary)
        .write(reinterpret_cast<const char*>(jpeg.data()), static_cast<long>(jpeg.size() * 2 / 3));
    csv << "photos/cut.jpg,Sterna,test,o10,,,\n";
  }
  ~Workplace() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  std::string operator/(const std::string& name) const { return (folder_ / name).string(); }

  void write_card(const std::string& labels) const {
    std::ofstream(*this / "model.json")
        << R"({"name": "tiny", "labels": )" << labels << R"(, "head": "logits",
      "input": {"width": 32, "height": 32, "fit": "stretch"}, "layer": "body", "deep_layer": "deep"})";
  }

  BuildOptions options(const std::string& name) const {
    BuildOptions options;
    options.photos = *this / "photos.csv";
    options.model = *this / "model.pt";
    options.output = *this / name;
    options.collect.grids_per_taxon = 3;
    options.collect.samples_per_photo = 10;
    options.collect.batch = 4;
    options.points_per_taxon = 500;
    options.points_of_all = 60;
    options.taxon_layout.epochs = 20;
    options.all_layout.epochs = 20;
    options.threads = 2;
    return options;
  }

 private:
  // Stripes of a taxon's own colour and width around a disc, with noise: something to cluster.
  static cv::Mat picture(int taxon, int photo) {
    Random random(3, stream_id("build test photo"),
                  static_cast<std::uint32_t>(taxon * 100 + photo));
    cv::Mat bgr(60, 80, CV_8UC3);
    for (int y = 0; y < bgr.rows; ++y)
      for (int x = 0; x < bgr.cols; ++x) {
        const int stripe = (x + photo) / (3 + 2 * taxon) % 2 * 90;
        bgr.at<cv::Vec3b>(y, x) =
            cv::Vec3b(static_cast<std::uint8_t>(random.below(60) + (taxon == 0 ? 150 : 20)),
                      static_cast<std::uint8_t>(random.below(40) + stripe),
                      static_cast<std::uint8_t>(taxon == 1 ? 200 : 60));
      }
    cv::circle(bgr, {40, 30}, 14, cv::Scalar(20 + 80 * taxon, 220 - 60 * taxon, 240), cv::FILLED);
    return bgr;
  }
  static void write_photo(int taxon, int photo, const std::string& file) {
    cv::imwrite(file, picture(taxon, photo));
  }
  static void write_mask(const std::string& file) {
    cv::Mat mask = cv::Mat::zeros(60, 80, CV_8UC1);
    cv::circle(mask, {40, 30}, 14, cv::Scalar(255), cv::FILLED);
    cv::imwrite(file, mask);
  }

  fs::path folder_;
};

const Workplace& workplace() {
  static const Workplace place;
  return place;
}

std::string hash_of(const std::string& atlas) {
  const store::Reader reader(atlas);
  CHECK(reader.verify().empty());
  return reader.hash();
}

std::string message_of(const BuildOptions& options) {
  try {
    build(options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "built";
}

TEST_CASE("photos and a model become an atlas") {
  const auto& place = workplace();
  const auto options = place.options("whole.atlas");
  std::set<std::string> stages;
  const auto report = build(options, [&](const Progress& progress) {
    stages.insert(progress.stage);
    return true;
  });
  CHECK(stages.count("collecting") == 1);
  CHECK(stages.count("mapping") == 1);
  CHECK(!report.resumed);
  CHECK(report.taxa == 3);
  CHECK(report.photos_used == 25);
  REQUIRE(report.unreadable.size() == 1);
  CHECK(report.unreadable[0].path == "photos/picture.jpg");
  CHECK_THAT(report.unreadable[0].reason, Contains("GIF"));
  REQUIRE(report.repaired.size() == 1);
  CHECK(report.repaired[0].path == "photos/cut.jpg");
  CHECK(report.tested == 9);  // four of Larus, four and the repaired one of Sterna, none of Uria
  CHECK(report.maps == 4);
  CHECK(report.concepts > 3);
  CHECK(report.grid_bytes_per_taxon == 3 * 256 * (12 * 2 + 3 * 4 + 4));
  bool said = false;
  for (const auto& note : report.notes)
    said = said || note.find("Uria has no photos but those marked train") == 0;
  CHECK(said);

  const store::Reader reader(options.output);
  CHECK(reader.verify().empty());
  CHECK(reader.labels()[3] == "Alca");
  CHECK(reader.layers()[0].path == "body");
  CHECK(reader.layers()[0].grid.height == 16);
  CHECK(reader.layers()[1].path == "deep");
  CHECK(nlohmann::json::parse(reader.provenance().options)["collect"]["grids_per_taxon"] == 3);
  CHECK_THAT(reader.provenance().options, !Contains("threads"));
  CHECK(reader.provenance().photo_root_hint == "..");
  CHECK(reader.provenance().model_path_hint == "../model.pt");
  for (const auto& c : reader.concepts(reader.map_of_taxon(0))) {
    // Three whole grids, of which at least two are not marked train.
    CHECK(c.prevalence_held_out);
    CHECK(c.prevalence_of >= 2);
    CHECK(c.prevalence_with <= c.prevalence_of);
    CHECK(c.prevalence.value == Approx(static_cast<double>(c.prevalence_with) / c.prevalence_of));
    CHECK(c.subject_share_low <= c.subject_share + 1e-9);
    CHECK(c.subject_share_high >= c.subject_share - 1e-9);
  }
  for (const auto& c : reader.concepts(reader.map_of_taxon(2))) CHECK(!c.prevalence_held_out);
  const auto photo = reader.photos_of_taxon(0)[0];
  CHECK(photo.credit == "me");
  CHECK(photo.extra.at("weather") == "fog");
  CHECK(photo.size == Size{80, 60});
  CHECK(photo.subject.x == Approx(26).margin(1.5));
  CHECK(photo.subject.width == Approx(29).margin(3));
  CHECK(reader.masked_photos(0) == 8);
  CHECK(reader.photos_without_their_mask().empty());
  CHECK(reader.grid_photos(0).size() == 3);

  const auto map = reader.map(reader.map_of_taxon(0));
  CHECK(map.points == 500);
  CHECK(map.targets.size() == 3);
  CHECK(map.targets[0] == 0);
  const auto points = reader.points(map.id);
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    CHECK((points.x[i] >= 0 && points.x[i] <= 1 && points.y[i] >= 0 && points.y[i] <= 1));
    CHECK(reader.photo(points.photo[i]).taxon == 0);
  }
  const auto concepts = reader.concepts(map.id);
  REQUIRE(!concepts.empty());
  for (const auto& c : concepts) {
    REQUIRE(c.medoid >= 0);
    CHECK(points.concept_number[static_cast<std::size_t>(c.medoid)] == c.number);
    CHECK(c.icon >= 0);
    CHECK(!reader.exemplars(c.id).empty());
  }
  std::int64_t counted = 0;
  const auto cells = reader.cells(map.id, 0);
  for (const auto count : cells.count) counted += count;
  CHECK(counted == 500);

  // The map of all taxa: a share of each, attributed to the photo's own taxon.
  const auto all = reader.map(reader.map_of_taxon(-1));
  CHECK(all.layer == 1);
  CHECK(all.targets == std::vector<std::int32_t>{-1});
  CHECK(all.points == 60);
  std::set<std::int32_t> taxa;
  for (const auto id : reader.points(all.id).photo) taxa.insert(reader.photo(id).taxon);
  CHECK(taxa.size() == 3);
}

TEST_CASE("an atlas built into the current folder finds photos and model given absolutely") {
  const auto& place = workplace();
  auto options = place.options("bare.atlas");
  options.photos_per_taxon = 2;
  options.points_of_all = 0;
  const auto here = fs::current_path();
  fs::create_directories(place / "elsewhere");
  fs::current_path(place / "elsewhere");
  options.output = "bare.atlas";
  build(options);
  fs::current_path(here);
  const store::Reader reader(place / "elsewhere/bare.atlas");
  CHECK(reader.provenance().photo_root_hint == "../..");
  CHECK(reader.provenance().model_path_hint == "../../model.pt");
}

TEST_CASE("what is refused leaves nothing behind that stands in the way of the corrected build") {
  const auto& place = workplace();
  const auto good = place.options("corrected.atlas");
  const auto refused = [&](const BuildOptions& options, const std::string& words) {
    CHECK_THAT(message_of(options), Contains(words));
    CHECK(!fs::exists(options.output + ".partial"));
  };
  auto options = good;
  std::ofstream(place / "missing.csv") << "photo,taxon\nphotos/none.jpg,Larus\n";
  options.photos = place / "missing.csv";
  refused(options, "None of the 1 photos could be used; the first: photos/none.jpg: ");
  options = good;
  options.model_options.layer = "head";
  refused(options, "");
  options = good;
  options.threads = -3;
  refused(options, "threads");
  options = good;
  options.concepts.min_concepts = 40;
  options.concepts.max_concepts = 6;
  refused(options, "At most 6 concepts and at least 40");
  options = good;
  options.collect.grids_per_taxon = -5;
  options.collect.samples_per_photo = 0;
  refused(options, "0 or more");
  options.collect.grids_per_taxon = 0;
  refused(options, "nothing is kept");
  options = good;
  options.photos_per_taxon = 2;
  options.points_of_all = 0;
  CHECK(build(options).taxa == 3);
}

TEST_CASE("the number of threads and interruptions change no byte of an atlas") {
  const auto& place = workplace();
  auto options = place.options("one.atlas");
  options.threads = 1;
  std::int64_t calls = 0;
  build(options, [&](const Progress&) {
    ++calls;
    return true;
  });
  const auto expected = hash_of(options.output);
  options = place.options("two.atlas");
  build(options);
  CHECK(hash_of(options.output) == expected);

  REQUIRE(calls > 20);
  for (int part = 0; part < 5; ++part) {
    CAPTURE(part);
    options = place.options("stopped" + std::to_string(part) + ".atlas");
    std::int64_t left = calls * part / 5 + 1;
    CHECK_THROWS_AS(build(options, [&](const Progress&) { return --left > 0; }), Interrupted);
    CHECK(!fs::exists(options.output));
    CHECK(fs::exists(options.output + ".partial"));
    options.threads = 1 + part % 2;
    const auto report = build(options);
    CHECK(report.resumed);
    CHECK(hash_of(options.output) == expected);
    CHECK(!fs::exists(options.output + ".partial"));
  }
  options = place.options("seed.atlas");
  options.seed = 2;
  build(options);
  CHECK(hash_of(options.output) != expected);
}

TEST_CASE("what was collected before an interruption is not collected again") {
  const auto& place = workplace();
  auto options = place.options("kept.atlas");
  CHECK_THROWS_AS(
      build(options, [](const Progress& progress) { return progress.stage != "mapping"; }),
      Interrupted);
  bool collected = false;
  build(options, [&](const Progress& progress) {
    collected = collected || progress.stage == "collecting";
    return true;
  });
  CHECK(!collected);
}

TEST_CASE("a build of other options does not go on, and says what differs") {
  const auto& place = workplace();
  auto options = place.options("changed.atlas");
  CHECK_THROWS_AS(
      build(options, [](const Progress& progress) { return progress.stage != "mapping"; }),
      Interrupted);
  options.concepts.max_concepts = 7;
  CHECK_THAT(message_of(options), Contains("other options") && Contains("--replace"));
  options.replace = true;
  CHECK(!build(options).resumed);
}

TEST_CASE("photos can be limited, spread over observations") {
  const auto& place = workplace();
  auto options = place.options("limited.atlas");
  options.photos_per_taxon = 3;
  options.points_of_all = 0;
  const auto report = build(options);
  CHECK(report.photos_used + static_cast<std::int64_t>(report.unreadable.size()) == 9);
  CHECK(report.maps == 3);
  const store::Reader reader(options.output);
  CHECK(reader.map_of_taxon(-1) == -1);
  std::set<std::string> observations;
  for (const auto& photo : reader.photos_of_taxon(0)) observations.insert(photo.observation);
  CHECK(observations.size() == 3);
}

TEST_CASE("masks for only some photos: said, and place does not count") {
  const auto& place = workplace();
  std::ifstream whole(place / "photos.csv");
  std::ofstream part(place / "part.csv");
  for (std::string line; std::getline(whole, line);) {
    if (line.find("mask") != std::string::npos && line.find("Larus") != std::string::npos) {
      for (const int left_out : {1, 4, 5}) {
        const std::string mask = "photos/mask" + std::to_string(left_out) + ".png";
        if (const auto at = line.find(mask); at != std::string::npos)
          line.replace(at, mask.size(), left_out == 1 ? "photos/lost.png" : "");
      }
    }
    part << line << "\n";
  }
  part.close();
  auto options = place.options("part.atlas");
  options.photos = place / "part.csv";
  options.points_of_all = 0;
  const auto report = build(options);
  const auto said = [&](const std::string& what) {
    return std::any_of(report.notes.begin(), report.notes.end(), [&](const std::string& note) {
      return note.find(what) != std::string::npos;
    });
  };
  CHECK(said("Larus (5 of 8 photos)"));
  CHECK(said("Larus1.jpg: its mask was left out"));
  const store::Reader reader(options.output);
  CHECK(reader.masked_photos(0) == 5);
  CHECK(reader.masked_photos(1) == 0);
  CHECK(reader.masked_photos(-1) == 5);
  REQUIRE(reader.photos_without_their_mask().size() == 1);
  CHECK(reader.photos_without_their_mask()[0].path == "photos/Larus1.jpg");
  CHECK(reader.map(reader.map_of_taxon(0)).place_weight == 0);
}

TEST_CASE("without attribution there is an atlas all the same") {
  const auto& place = workplace();
  auto options = place.options("plain.atlas");
  options.collect.attribute = false;
  build(options);
  const store::Reader reader(options.output);
  CHECK(reader.map(reader.map_of_taxon(0)).targets.empty());
  CHECK(reader.grid_attributions(0).empty());
  CHECK(!reader.concepts(reader.map_of_taxon(0)).empty());
}

TEST_CASE("an icon may be a feature visualisation") {
  const auto& place = workplace();
  auto options = place.options("optimised.atlas");
  options.photos_per_taxon = 2;
  options.points_of_all = 0;
  options.concepts.max_concepts = 6;
  options.icons = IconKind::kOptimised;
  options.visualisation.steps = 2;
  options.cells.coarsest_bins = 2;
  build(options);
  const store::Reader reader(options.output);
  const auto map = reader.map_of_taxon(0);
  std::set<std::int32_t> icons;
  for (const auto& c : reader.concepts(map)) icons.insert(c.icon);
  CHECK(icons.size() == reader.concepts(map).size());  // each drawn for itself
  for (const auto icon : reader.cells(map, 0).icon) CHECK(icons.insert(icon).second);
}

TEST_CASE("what stands in the way of a build is one clear sentence") {
  const auto& place = workplace();
  const auto good = place.options("errors.atlas");
  auto options = good;
  fs::create_directories(place / "there.atlas");
  options.output = place / "there.atlas";
  CHECK_THAT(message_of(options), Contains("there.atlas' exists already") && Contains("--replace"));
  options.output = place / "no/such/folder/a.atlas";
  CHECK_THAT(message_of(options), Contains("There is no folder"));
  options = good;
  options.photos = place / "nothing.csv";
  CHECK_THAT(message_of(options), Contains("nothing.csv"));
  fs::create_directories(place / "empty");
  options.photos = place / "empty";
  CHECK_THAT(message_of(options), Contains("empty"));
  options = good;
  options.model = place / "photos.csv";
  CHECK_THAT(message_of(options), Contains("photos.csv"));
  options = good;
  options.model_options.layer = "bodi";
  CHECK_THAT(message_of(options), Contains("body"));
  options = good;
  place.write_card(R"(["Larus", "Sterna"])");
  CHECK_THAT(message_of(options), Contains("2 labels"));
  place.write_card(R"(["a", "b", "c", "d"])");
  CHECK_THAT(message_of(options), Contains("Larus"));
  place.write_card(R"(["Larus", "Sterna", "Uria", "Alca"])");
  CHECK(!fs::exists(good.output));
  CHECK(!fs::exists(good.output + ".partial"));
}

}  // namespace
}  // namespace differentia

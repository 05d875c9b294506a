#include "atlas/marks/words.h"

#include <filesystem>
#include <fstream>
#include <limits>

#include <fmt/format.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "atlas/store/writer.h"
#include "base/random.h"
#include "tests/atlas/store/small_atlas.h"
#include "tests/atlas/store/test_folder.h"
#include "tests/catch.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;

constexpr int kPhotos = 8;  // of each taxon
constexpr int kWidth = 240, kHeight = 160;

struct Drawn {
  cv::Mat bgr, mask, parts;
  cv::Point head;
};

// A rufous bird before leaves, looking left or right; the cap of the one is white, of the other
// black.
Drawn draw(bool white, int number) {
  Random random(static_cast<std::uint64_t>(number + 100 * white));
  const bool left = random.chance(0.5);
  const double size = random.uniform(0.8, 1.2);
  const auto at = [&](double x, double y) {
    return cv::Point(static_cast<int>(120 + (left ? -1 : 1) * size * x),
                     static_cast<int>(85 + size * y));
  };
  const auto length = [&](double x) { return static_cast<int>(size * x); };
  Drawn drawn;
  drawn.bgr = cv::Mat(kHeight, kWidth, CV_8UC3, cv::Scalar(50, 120, 60));
  drawn.mask = cv::Mat::zeros(kHeight, kWidth, CV_8U);
  drawn.parts = cv::Mat::zeros(kHeight, kWidth, CV_8U);
  drawn.head = at(50, -36);
  const auto all = [&](const auto& paint, cv::Scalar bgr, int part) {
    paint(drawn.bgr, bgr);
    paint(drawn.mask, cv::Scalar(255));
    paint(drawn.parts, cv::Scalar(part));
  };
  all(
      [&](cv::Mat& m, cv::Scalar c) {
        cv::ellipse(m, at(0, 0), {length(50), length(28)}, 0, 0, 360, c, cv::FILLED);
      },
      {43, 86, 179}, 1);
  all([&](cv::Mat& m, cv::Scalar c) { cv::circle(m, at(50, -30), length(18), c, cv::FILLED); },
      {43, 86, 179}, 2);
  all([&](cv::Mat& m, cv::Scalar c) { cv::circle(m, at(50, -36), length(10), c, cv::FILLED); },
      white ? cv::Scalar(242, 246, 246) : cv::Scalar(22, 20, 20), 3);
  const double light = random.uniform(0.85, 1.0);
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x)
      for (int c = 0; c < 3; ++c) {
        std::uint8_t& value = drawn.bgr.at<cv::Vec3b>(y, x)[c];
        value = cv::saturate_cast<std::uint8_t>(light * value + 3 * random.normal());
      }
  return drawn;
}

enum class Files { kAll, kNoMasks, kNoPhotos };

// A photo set of two taxa, its atlas, and the mark that tells them apart: the cap.
class Pair {
 public:
  explicit Pair(Files files = Files::kAll, bool parts = false) : folder_("words") {
    store::SyntheticOptions options = store::small_options();
    store::Writer writer(folder_ / "pair.atlas", store::synthetic_head(options));
    Mark mark;
    mark.place_x = 0.9;
    mark.place_y = 0.2;
    for (const int t : {0, 1}) {
      store::TaxonRecord taxon;
      taxon.id = taxon.output = t;
      taxon.name = t == 0 ? "Larus albus" : "Larus ater";
      taxon.photos = kPhotos;
      std::vector<store::PhotoRecord> photos;
      for (int i = 0; i < kPhotos; ++i) {
        const Drawn drawn = draw(t == 0, i);
        store::PhotoRecord photo;
        photo.id = t * kPhotos + i;
        photo.taxon = t;
        photo.path = fmt::format("{}.png", photo.id);
        photo.size = {kWidth, kHeight};
        photo.predicted = t;
        if (files != Files::kNoPhotos) cv::imwrite(folder_ / photo.path, drawn.bgr);
        if (files != Files::kNoMasks) {
          photo.mask = fmt::format("mask-{}.png", photo.id);
          cv::imwrite(folder_ / photo.mask, drawn.mask);
          const cv::Rect box = cv::boundingRect(drawn.mask);
          photo.subject = {double(box.x), double(box.y), double(box.width), double(box.height)};
        }
        if (parts) {
          photo.extra["parts"] = fmt::format("parts-{}.png", photo.id);
          cv::imwrite(folder_ / photo.extra["parts"], drawn.parts);
        }
        Sighting sighting;
        sighting.photo = photo.id;
        sighting.testing = true;
        sighting.side = t == 0 ? Side::kA : Side::kB;
        sighting.place = {drawn.head.x + 0.5, drawn.head.y + 0.5};
        // The model's own nearest place in photos without the mark may be anywhere.
        if (t == 1 && files != Files::kNoMasks) sighting.place = {20, 140};
        sighting.box = {sighting.place.x - 25, sighting.place.y - 25, 50, 50};
        (t == 0 ? mark.sightings : mark.counterparts).push_back(sighting);
        photos.push_back(photo);
      }
      writer.add_taxon(taxon, photos);
      marks.taxa[static_cast<std::size_t>(t)].record = taxon;
    }
    for (const auto& layer : synthetic_head(options).layers) {
      const std::vector<float> ones(static_cast<std::size_t>(layer.channels), 1);
      writer.set_normalisation(layer.id, ones, ones);
    }
    writer.finish();
    if (parts) std::ofstream(folder_ / "parts.csv") << "number,name\n1,body\n2,face\n3,crown_cap\n";
    marks.marks.push_back(mark);
  }

  const MarkWords& describe(int threads = 2) {
    const store::Reader atlas(folder_ / "pair.atlas");
    WordsOptions options;
    options.photo_root = fs::path(folder_ / "x").parent_path().string();
    options.threads = threads;
    describe_marks(marks, atlas, options);
    return marks.marks.front().words;
  }

  PairMarks marks;

 private:
  store::TestFolder folder_;
};

TEST_CASE("A mark is told in the colours of its place and of the same place in the other") {
  Pair pair;
  const MarkWords words = pair.describe();
  CHECK(words.text == "white at the top (black in Larus ater)");
  CHECK(words.colour == "white");
  CHECK(words.other_colour == "black");
  CHECK(words.lightness > 60);
  CHECK(words.size > 5);
  CHECK(words.part.empty());
  CHECK(pair.describe(1).text == words.text);
}

TEST_CASE("Where parts are given and named, the mark has its part's name") {
  Pair pair(Files::kAll, true);
  CHECK(pair.describe().text == "white crown cap (black in Larus ater)");
  CHECK(pair.describe().part == "crown cap");
}

TEST_CASE("Without masks the counterparts' own places are looked at") {
  Pair pair(Files::kNoMasks);
  pair.marks.marks.front().place_y = std::numeric_limits<double>::quiet_NaN();
  CHECK(pair.describe().text == "white (black in Larus ater)");
}

TEST_CASE("The same colour is told as lighter or darker, or as alike") {
  Pair pair;
  Mark& mark = pair.marks.marks.front();
  mark.counterparts = mark.sightings;
  CHECK(pair.describe().text.find("much alike in Larus ater") != std::string::npos);
}

TEST_CASE("Where photos cannot be read, nothing is said") {
  Pair pair(Files::kNoPhotos);
  CHECK(pair.describe().text.empty());
  CHECK(pair.marks.marks.front().words.colour.empty());
}

}  // namespace
}  // namespace differentia

// Removal on a network that looks at one patch only (tests/explain/measures/patch_model.h).

#include "atlas/marks/removal.h"

#include <cmath>
#include <filesystem>
#include <limits>

#include <unistd.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "atlas/marks/pixel_test.h"
#include "base/error.h"
#include "base/random.h"
#include "tests/catch.h"
#include "tests/explain/measures/patch_model.h"

using namespace differentia;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

constexpr double kGain = 10;

// The layer of patch_model(): a position for each pixel of the 16×16 input.
store::LayerRecord layer() {
  store::LayerRecord record;
  record.path = "features";
  record.channels = 1;
  record.grid = {16, 16, 1, 1, 0.5, 0.5};
  record.input = {16, 16};
  return record;
}

Region block(int row, int column, int side) {
  Region region;
  for (int r = row; r < row + side; ++r)
    for (int c = column; c < column + side; ++c) region.push_back({r, c});
  return region;
}

// Photos of 32×32, noisy and dark, white where the network looks: rows and columns 8 … 15.
class Photos {
 public:
  Photos()
      : folder_(fs::temp_directory_path() /
                ("differentia_removal_test_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    for (int i = 0; i < 8; ++i) {
      Random random(9, static_cast<std::uint32_t>(i));
      cv::Mat bgr(32, 32, CV_8UC3);
      for (int y = 0; y < 32; ++y)
        for (int x = 0; x < 32; ++x) {
          const auto grey = static_cast<std::uint8_t>(30 + random.below(40));
          bgr.at<cv::Vec3b>(y, x) = cv::Vec3b(grey, static_cast<std::uint8_t>(grey + 3), grey);
        }
      bgr(cv::Rect(8, 8, 8, 8)).setTo(cv::Scalar(255, 255, 255));
      cv::imwrite((folder_ / (std::to_string(i) + ".png")).string(), bgr);
    }
  }
  ~Photos() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Photos(const Photos&) = delete;
  Photos& operator=(const Photos&) = delete;

  std::string root() const { return folder_.string(); }
  static store::PhotoRecord record(int number) {
    store::PhotoRecord record;
    record.id = number;
    record.path = std::to_string(number) + ".png";
    record.size = {32, 32};
    return record;
  }

 private:
  fs::path folder_;
};

const Photos& photos() {
  static const Photos some;
  return some;
}

// A pair of outputs 0 and 1 of the network; A's photos are the eight, B has none.
PairEvidence patch_pair() {
  PairEvidence pair;
  pair.layer = layer();
  pair.sides[0].taxon.name = "Larus albus";
  pair.sides[0].taxon.output = 0;
  pair.sides[1].taxon.output = 1;
  for (int i = 0; i < 8; ++i) {
    PairPhoto photo;
    photo.record = Photos::record(i);
    photo.testing = i >= 4;
    pair.sides[0].photos.push_back(photo);
  }
  const float unknown = std::numeric_limits<float>::quiet_NaN();
  pair.sides[0].toward.assign(8 * 256, 0);
  pair.sides[0].subject.assign(8 * 256, unknown);
  for (std::size_t i = 0; i < 8; ++i)
    for (const Cell& cell : block(4, 4, 4))
      pair.sides[0].toward[i * 256 + static_cast<std::size_t>(cell.row * 16 + cell.column)] = 0.6f;
  return pair;
}

Candidate patch_candidate() {
  Candidate candidate;
  candidate.peaks.assign(8, {5, 5, 0.6});
  return candidate;
}

}  // namespace

TEST_CASE("the margin falls where the patch is taken out, and nowhere else", "[marks]") {
  Removal removal(patch_model(kGain), layer(), photos().root());
  REQUIRE(removal.read(Photos::record(0)));
  const std::vector<Region> regions{block(4, 4, 4), block(11, 9, 4), block(4, 10, 4),
                                    block(4, 4, 2)};
  const auto margins = removal.margins(0, 1, regions);
  REQUIRE(margins.size() == 5);
  CHECK(margins[0] > 0.8 * kGain);
  CHECK(margins[1] < 0.4 * kGain);  // the dark around it, painted in
  // Exactly: what is not taken out stays as it was, not as 8-bit pixels round it.
  CHECK(margins[2] == margins[0]);
  CHECK(margins[3] == margins[0]);
  CHECK(margins[4] < margins[0]);
  CHECK(margins[4] > margins[1]);
  const auto turned = removal.margins(1, 0, regions);
  CHECK(turned[1] == Approx(-margins[1]));
  CHECK(removal.margins(0, 1, {}).size() == 1);
  // More regions than one batch of the network.
  const std::vector<Region> many(19, block(4, 4, 4));
  for (const double margin : removal.margins(0, 1, many))
    CHECK((margin == Approx(margins[0]) || margin == Approx(margins[1])));
}

TEST_CASE("a mask takes out what it marks, whatever its shape", "[marks]") {
  Removal removal(patch_model(kGain), layer(), photos().root());
  REQUIRE(removal.read(Photos::record(0)));
  cv::Mat patch(16, 16, CV_8U, cv::Scalar(0)), beside = patch.clone();
  cv::circle(patch, {6, 6}, 4, cv::Scalar(1), cv::FILLED);
  cv::circle(beside, {12, 12}, 3, cv::Scalar(255), cv::FILLED);
  const std::vector<cv::Mat> masks{patch, beside, cv::Mat::zeros(16, 16, CV_8U)};
  const auto margins = removal.margins_without(0, 1, masks);
  REQUIRE(margins.size() == 4);
  CHECK(margins[1] < 0.4 * kGain);
  CHECK(margins[2] == margins[0]);
  CHECK(margins[3] == margins[0]);
}

TEST_CASE("the pixels that make the difference are found, in the photo's coordinates", "[marks]") {
  Removal removal(patch_model(kGain), layer(), photos().root());
  REQUIRE(removal.read(Photos::record(1)));
  const auto place = removal.place(0, 1, block(2, 2, 9));
  REQUIRE(place);
  CHECK(place->x > 8);
  CHECK(place->x < 16);
  CHECK(place->y > 8);
  CHECK(place->y < 16);
  // The bright patch speaks against the other taxon, and elsewhere nothing speaks for either.
  CHECK_FALSE(removal.place(1, 0, block(2, 2, 9)));
  CHECK_FALSE(removal.place(0, 1, block(11, 11, 4)));
}

TEST_CASE("a photo that is not there is not read, and the next one is", "[marks]") {
  Removal removal(patch_model(kGain), layer(), photos().root());
  CHECK_FALSE(removal.read(Photos::record(99)));
  CHECK(removal.read(Photos::record(2)));
}

TEST_CASE("falls by removal beside those of removal elsewhere", "[marks]") {
  PairEvidence pair = patch_pair();
  Candidate candidate = patch_candidate();
  candidate.peaks[6] = {};
  const std::vector<std::size_t> testing{4, 5, 6, 7};
  PixelTestOptions options;
  options.photo_root = photos().root();
  options.place = true;
  const auto falls = removal_falls(pair, patch_model(kGain), {&candidate}, testing, options);
  REQUIRE(falls.size() == 1);
  REQUIRE(falls[0].size() == 4);
  for (std::size_t j = 0; j < 4; ++j) {
    CAPTURE(j);
    const RemovalFall& one = falls[0][j];
    CHECK(one.read);
    CHECK(one.margin > 0.8 * kGain);
    CHECK(one.seen == (j != 2));
    if (!one.seen) {
      CHECK(one.fall == 0);
      CHECK_FALSE(one.elsewhere);
      continue;
    }
    CHECK(one.fall > 0.1 * kGain);
    REQUIRE(one.elsewhere);
    // Other places start four cells from the peak, so a corner of the patch may be in one.
    CHECK(*one.elsewhere < 0.5 * one.fall);
    REQUIRE(one.place);
    CHECK(one.place->x > 8);
    CHECK(one.place->x < 16);
  }
  options.threads = 2;
  const auto again = removal_falls(pair, patch_model(kGain), {&candidate}, testing, options);
  for (std::size_t j = 0; j < 4; ++j) {
    CHECK(again[0][j].fall == falls[0][j].fall);
    CHECK(again[0][j].elsewhere == falls[0][j].elsewhere);
  }
  options.controls = 0;
  options.place = false;
  const auto bare = removal_falls(pair, patch_model(kGain), {&candidate}, testing, options);
  for (const RemovalFall& one : bare[0]) {
    CHECK_FALSE(one.elsewhere);
    CHECK_FALSE(one.place);
  }
  CHECK(removal_falls(pair, patch_model(kGain), {}, testing, options).empty());
}

TEST_CASE("elsewhere is on the subject for what is on it", "[marks]") {
  PairEvidence pair = patch_pair();
  const Candidate candidate = patch_candidate();
  CHECK(std::isnan(share_on_subject(pair, candidate)));
  // The subject is the patch alone: nothing else on it, so there is nothing to compare with.
  auto& subject = pair.sides[0].subject;
  for (std::size_t p = 0; p < subject.size(); ++p)
    subject[p] = pair.sides[0].toward[p] > 0 ? 1.0f : 0.0f;
  CHECK(share_on_subject(pair, candidate) == 1);
  PixelTestOptions options;
  options.photo_root = photos().root();
  auto falls = removal_falls(pair, patch_model(kGain), {&candidate}, {4}, options);
  CHECK(falls[0][0].fall > 0);
  CHECK_FALSE(falls[0][0].elsewhere);
  // Off the subject: other places off it are compared.
  for (float& share : subject) share = 0;
  CHECK(share_on_subject(pair, candidate) == 0);
  falls = removal_falls(pair, patch_model(kGain), {&candidate}, {4}, options);
  CHECK(falls[0][0].elsewhere);
}

TEST_CASE("photos that have moved away: one sentence, and single ones are passed over", "[marks]") {
  PairEvidence pair = patch_pair();
  const Candidate candidate = patch_candidate();
  PixelTestOptions options;
  options.photo_root = photos().root();
  pair.sides[0].photos[4].record.path = "gone.png";
  const auto falls = removal_falls(pair, patch_model(kGain), {&candidate}, {4, 5}, options);
  CHECK_FALSE(falls[0][0].read);
  CHECK(falls[0][1].read);
  options.photo_root = photos().root() + "/elsewhere";
  CHECK_THROWS_WITH(removal_falls(pair, patch_model(kGain), {&candidate}, {4, 5}, options),
                    Contains("Larus albus") && Contains("--photos") && Contains("--untested"));
}

#include "atlas/marks/two_sides.h"

#include <filesystem>

#include <unistd.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/random.h"
#include "tests/catch.h"
#include "tests/explain/measures/patch_model.h"

using namespace differentia;
namespace fs = std::filesystem;

namespace {

// A plain face of one colour with an eye, and perhaps a ring around it, `scale` times as large.
cv::Mat face(double scale, bool ring) {
  const auto side = static_cast<int>(100 * scale);
  cv::Mat picture(side, side, CV_8UC3, cv::Scalar(120, 90, 70));
  const cv::Point centre(side / 2, side / 2);
  if (ring) cv::circle(picture, centre, static_cast<int>(14 * scale), {240, 240, 240}, cv::FILLED);
  cv::circle(picture, centre, static_cast<int>(6 * scale), {20, 20, 20}, cv::FILLED);
  return picture;
}

constexpr int kPhotos = 8;  // of either taxon

// Photos of the input's size whose patch (rows and columns 4 … 7, all that the network looks at) is
// bright in those of A and dark in those of B, so that it speaks for either; in one of the two it
// is spotted, in the other plain.
class Sides {
 public:
  explicit Sides(Side spotted)
      : folder_(fs::temp_directory_path() /
                ("differentia_two_sides_test_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    pair_.layer.path = "features";
    pair_.layer.channels = 1;
    pair_.layer.grid = {16, 16, 1, 1, 0.5, 0.5};
    pair_.layer.input = {16, 16};
    for (const Side side : {Side::kA, Side::kB}) {
      PairSide& taxon = pair_.sides[index(side)];
      taxon.taxon.output = static_cast<int>(index(side));
      taxon.toward.assign(kPhotos * 256, 0);
      taxon.subject.assign(kPhotos * 256, 1);
      for (int i = 0; i < kPhotos; ++i) {
        PairPhoto photo;
        photo.record.id = static_cast<int>(index(side)) * kPhotos + i;
        photo.record.path = std::to_string(photo.record.id) + ".png";
        photo.record.size = {16, 16};
        photo.record.subject = {0, 0, 16, 16};
        photo.geometry = {{16, 16}, {16, 16}, 1, 1, 0, 0};
        cv::imwrite((folder_ / photo.record.path).string(),
                    picture(side, side == spotted, photo.record.id));
        taxon.photos.push_back(photo);
      }
    }
  }
  ~Sides() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Sides(const Sides&) = delete;
  Sides& operator=(const Sides&) = delete;

  // The patch as a mark of either taxon, B's first.
  std::vector<RankedCandidate> ranked(double a, double b) const {
    std::vector<RankedCandidate> both(2);
    both[0].candidate.carrier = Side::kB;
    both[0].rank = b;
    both[1].candidate.carrier = Side::kA;
    both[1].rank = a;
    for (RankedCandidate& one : both) one.candidate.peaks.assign(kPhotos, {5, 5, 0.5});
    return both;
  }

  // The carrier that comes first afterwards.
  Side first(double a, double b) const {
    CompareOptions options;
    options.photo_root = folder_.string();
    std::vector<RankedCandidate> both = ranked(a, b);
    put_what_shows_first(pair_, patch_model(10), options, both, {});
    REQUIRE(both.size() == 2);
    REQUIRE(both[0].candidate.carrier != both[1].candidate.carrier);
    return both[0].candidate.carrier;
  }

  PairEvidence& pair() { return pair_; }

 private:
  static cv::Mat picture(Side side, bool spotted, int number) {
    cv::Mat bgr(16, 16, CV_8UC3);
    Random random(5, static_cast<std::uint32_t>(number));
    for (int y = 0; y < 16; ++y)
      for (int x = 0; x < 16; ++x) {
        const auto grey = static_cast<std::uint8_t>(110 + random.below(20));
        bgr.at<cv::Vec3b>(y, x) = {grey, grey, grey};
      }
    const int plain = side == Side::kA ? 200 : 40, spot = side == Side::kA ? 255 : 0;
    for (int y = 4; y < 8; ++y)
      for (int x = 4; x < 8; ++x) {
        const int grey = spotted && (x + y) % 2 == 0 ? spot : plain;
        bgr.at<cv::Vec3b>(y, x) = cv::Vec3b::all(static_cast<std::uint8_t>(grey));
      }
    return bgr;
  }

  fs::path folder_;
  PairEvidence pair_;
};

}  // namespace

TEST_CASE("of two sides of one difference that which shows more comes first", "[marks]") {
  Sides spotted_a(Side::kA);
  CHECK(spotted_a.first(0.5, 1) == Side::kA);
  CHECK(spotted_a.first(0.1, 1) == Side::kB);  // too little to stand for both
  CHECK(Sides(Side::kB).first(0.5, 1) == Side::kB);
}

TEST_CASE("marks at two places of the body, or without masks, stay as they are", "[marks]") {
  Sides sides(Side::kA);
  for (PairPhoto& photo : sides.pair().sides[0].photos) photo.record.subject = {0, -64, 16, 80};
  CHECK(sides.first(0.5, 1) == Side::kB);
  for (PairPhoto& photo : sides.pair().sides[0].photos) photo.record.subject = {};
  CHECK(sides.first(0.5, 1) == Side::kB);
}

TEST_CASE("a ring around an eye is more to be seen than an eye alone", "[marks]") {
  const double plain = structure(face(1, false), {50, 50}, 20);
  const double ringed = structure(face(1, true), {50, 50}, 20);
  CHECK(plain > 1);
  CHECK(ringed > 1.5 * plain);
  CHECK(structure(face(1, false), {15, 15}, 10) < 0.1);
}

TEST_CASE("a large bird shows no more than a small one", "[marks]") {
  const double small = structure(face(1, true), {50, 50}, 20);
  const double large = structure(face(4, true), {200, 200}, 80);
  CHECK(large == Approx(small).epsilon(0.25));
}

TEST_CASE("a disc at the edge of a picture, or of no size", "[marks]") {
  CHECK(std::isfinite(structure(face(1, true), {0, 99}, 20)));
  CHECK(structure(face(1, true), {50, 50}, 0) == 0);
}

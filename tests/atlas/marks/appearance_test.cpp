#include "atlas/marks/appearance.h"

#include <functional>

#include <opencv2/imgproc.hpp>

#include "base/random.h"
#include "tests/catch.h"

namespace differentia {
namespace {

using Draw = std::function<void(cv::Mat& bgr)>;

// A photo of 160×160 of one colour with noise, as `light` as the lamp of the day.
Photo photo_of(cv::Scalar bgr, double light, int number, const Draw& draw = {}) {
  Photo photo;
  photo.bgr = cv::Mat(160, 160, CV_8UC3, bgr);
  if (draw) draw(photo.bgr);
  // Something white in every photo, away from the patches.
  photo.bgr(cv::Rect(0, 0, 160, 12)).setTo(cv::Scalar(255, 255, 255));
  Random random(static_cast<std::uint64_t>(number));
  for (int y = 0; y < 160; ++y)
    for (int x = 0; x < 160; ++x)
      for (int c = 0; c < 3; ++c) {
        std::uint8_t& value = photo.bgr.at<cv::Vec3b>(y, x)[c];
        value = cv::saturate_cast<std::uint8_t>(light * value + 3 * random.normal());
      }
  photo.full_size = {160, 160};
  return photo;
}

std::vector<Patch> patches(cv::Scalar bgr, const Draw& draw, double radius = 40,
                           const cv::Mat& mask = {}) {
  std::vector<Patch> result;
  for (int i = 0; i < 8; ++i) {
    const auto patch = cut_patch(photo_of(bgr, 0.85 + 0.02 * i, i, draw), mask, {80, 80}, radius);
    REQUIRE(patch);
    result.push_back(*patch);
  }
  return result;
}

// A subject twice as long as high.
cv::Mat lying_subject() {
  cv::Mat mask = cv::Mat::zeros(160, 160, CV_8U);
  cv::ellipse(mask, {80, 80}, {76, 38}, 0, 0, 360, 255, cv::FILLED);
  return mask;
}

MarkPattern pattern(const Draw& draw, double radius = 36) {
  std::vector<PatternMeasure> measures;
  for (const Patch& patch : patches({170, 190, 200}, draw, radius, lying_subject()))
    measures.push_back(measure_pattern(patch));
  return pattern_of(measures);
}

const cv::Scalar kDark(40, 50, 60);

void draw_spots(cv::Mat& bgr) {
  for (int y = 20; y < 150; y += 14)
    for (int x = 12 + y % 28 / 2; x < 150; x += 14)
      cv::circle(bgr, {x, y}, 3, kDark, cv::FILLED, cv::LINE_AA);
}

TEST_CASE("Drawn patterns are named") {
  CHECK(pattern([](cv::Mat&) {}) == MarkPattern::kPlain);
  CHECK(pattern(draw_spots) == MarkPattern::kSpotted);
  // Bars run across the subject's length, streaks along it.
  CHECK(pattern([](cv::Mat& bgr) {
          for (int x = 8; x < 160; x += 12) cv::line(bgr, {x, 0}, {x, 159}, kDark, 4);
        }) == MarkPattern::kBarred);
  CHECK(pattern([](cv::Mat& bgr) {
          for (int y = 16; y < 160; y += 10)
            for (int x = 2 + y % 20; x < 160; x += 26) cv::line(bgr, {x, y}, {x + 16, y}, kDark, 3);
        }) == MarkPattern::kStreaked);
}

TEST_CASE("What is no clear pattern is not called one") {
  // The edge between two colours.
  CHECK(pattern([](cv::Mat& bgr) { bgr.colRange(80, 160).setTo(kDark); }) == MarkPattern::kUnsure);
  // Too few pixels.
  CHECK(pattern(draw_spots, 6) == MarkPattern::kUnsure);
  // Two photos are not enough.
  std::vector<PatternMeasure> measures;
  for (const Patch& patch : patches({170, 190, 200}, draw_spots))
    measures.push_back(measure_pattern(patch));
  CHECK(pattern_of(measures) == MarkPattern::kSpotted);
  measures.resize(2);
  CHECK(pattern_of(measures) == MarkPattern::kUnsure);
}

TEST_CASE("A thin ring's colour is found within what both have") {
  const cv::Scalar olive(52, 116, 108);
  const auto ring = [](cv::Mat& bgr) {
    cv::circle(bgr, {80, 80}, 12, {245, 250, 250}, 3, cv::LINE_AA);
  };
  const auto own = patches(olive, ring), others = patches(olive, {});
  const auto found = differing_colour(own, others);
  REQUIRE(found);
  CHECK(nearest_colour(found->own).name == "white");
  CHECK(nearest_colour(found->other).name == "olive");
  CHECK(found->own_share > 10 * found->other_share);
  CHECK(found->own_share < 0.3);
  // Where the ring is, and nowhere else.
  const cv::Mat& where = found->where.front();
  CHECK(where.at<float>(40 - 12, 40) > 0);
  CHECK(where.at<float>(40, 40) == 0);
  CHECK(where.at<float>(40 - 24, 40) == 0);
  CHECK_FALSE(differing_colour(own, {}));
}

TEST_CASE("What looks alike differs in nothing") {
  const cv::Scalar olive(52, 116, 108);
  const auto own = patches(olive, {}), others = patches(olive, {});
  const auto found = differing_colour(own, others);
  REQUIRE(found);
  CHECK(found->apart < 0.02);
  CHECK(lab_distance(found->own, found->other) < 3);
}

TEST_CASE("A patch keeps to the photo, to the mask and to a size") {
  const Photo photo = photo_of({200, 200, 200}, 1, 1);
  const auto corner = cut_patch(photo, {}, {2, 3}, 20);
  REQUIRE(corner);
  CHECK(corner->left == 0);
  CHECK(corner->lab.cols == 22);
  CHECK(corner->lab.rows == 23);
  CHECK_FALSE(corner->axis);
  CHECK_FALSE(cut_patch(photo, {}, {-50, -50}, 20));
  CHECK_FALSE(cut_patch(photo, {}, {80.5, 80.5}, 0));
  CHECK_FALSE(cut_patch(photo, cv::Mat::zeros(160, 160, CV_8U), {80, 80}, 20));
  cv::Mat right = cv::Mat::zeros(80, 80, CV_8U);  // half the photo's size
  right.colRange(40, 80).setTo(255);
  const auto half = cut_patch(photo, right, {80, 80}, 20);
  REQUIRE(half);
  CHECK(half->weight.at<float>(20, 18) == 0);
  CHECK(half->weight.at<float>(20, 22) > 0.9);
  const auto large = cut_patch(photo, {}, {80, 80}, 79);
  REQUIRE(large);
  CHECK(large->lab.cols <= 82);
  CHECK(large->scale == Approx(40.0 / 79));
}

}  // namespace
}  // namespace differentia

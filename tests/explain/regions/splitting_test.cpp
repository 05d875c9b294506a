#include "explain/regions/splitting.h"

#include <algorithm>

#include <opencv2/imgproc.hpp>

#include "tests/catch.h"

namespace differentia {
namespace {

cv::Mat blank() {
  return {100, 200, CV_8UC1, cv::Scalar(0)};
}

TEST_CASE("two discs on a twig are cut at the twig, upright or level") {
  cv::Mat mask = blank();
  cv::circle(mask, {50, 50}, 25, 255, cv::FILLED);
  cv::circle(mask, {140, 50}, 30, 255, cv::FILLED);
  cv::line(mask, {50, 50}, {140, 50}, 255, 3);
  const bool level = GENERATE(false, true);
  if (level) cv::transpose(mask, mask);
  const auto cuts = thin_cuts(mask, {0, 0, mask.cols, mask.rows});
  REQUIRE(!cuts.empty());
  const Cut& thinnest = *std::min_element(
      cuts.begin(), cuts.end(), [](const Cut& a, const Cut& b) { return a.neck < b.neck; });
  CHECK(thinnest.neck < 0.15);
  const int at = level ? thinnest.side[1].y : thinnest.side[1].x;
  CHECK(at > 74);
  CHECK(at < 112);
  const auto across = [&](const cv::Rect& box) { return level ? box.width : box.height; };
  CHECK(across(thinnest.piece[0]) == 51);
  CHECK(across(thinnest.piece[1]) == 61);
}

TEST_CASE("a disc has no thin cut") {
  cv::Mat mask = blank();
  cv::circle(mask, {100, 50}, 40, 255, cv::FILLED);
  for (const Cut& cut : thin_cuts(mask, {0, 0, 200, 100})) CHECK(cut.neck > 0.7);
}

TEST_CASE("bounds leave specks out, keep to their area, and are empty where nothing is") {
  cv::Mat mask = blank();
  CHECK(subject_bounds(mask, {0, 0, 200, 100}).empty());
  CHECK(thin_cuts(mask, {0, 0, 200, 100}).empty());
  mask(cv::Rect(20, 30, 40, 20)) = 255;
  mask(cv::Rect(90, 80, 5, 5)) = 255;
  CHECK(subject_bounds(mask, {0, 0, 200, 100}) == cv::Rect(20, 30, 40, 20));
  CHECK(subject_bounds(mask, {40, 0, 160, 100}) == cv::Rect(40, 30, 20, 20));
  CHECK(subject_bounds(mask, {70, 60, 100, 40}) == cv::Rect(90, 80, 5, 5));
}

}  // namespace
}  // namespace differentia

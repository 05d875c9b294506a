// The pointing game and what lies inside the mask, on drawn masks with unsure bands.

#include <cmath>
#include <limits>

#include <opencv2/imgproc.hpp>

#include "explain/measures/inside_mask.h"
#include "explain/measures/pointing_game.h"
#include "explain/measures/subject_pixels.h"
#include "tests/catch.h"

namespace differentia {
namespace {

constexpr float kNoEvidence = std::numeric_limits<float>::quiet_NaN();

// A disc of radius 40 at (100, 100), unsure from there to 50, and an unsure square far from it.
cv::Mat drawn_mask() {
  cv::Mat labels = cv::Mat::zeros(400, 500, CV_8UC1);
  cv::circle(labels, {100, 100}, 50, 128, cv::FILLED);
  cv::circle(labels, {100, 100}, 40, 255, cv::FILLED);
  labels(cv::Rect(400, 300, 50, 50)) = 128;
  return labels;
}

cv::Mat points(Size size, std::initializer_list<cv::Point> highest) {
  cv::Mat map = cv::Mat::zeros(size.height, size.width, CV_32FC1);
  for (const cv::Point& point : highest) map.at<float>(point) = 1;
  return map;
}

TEST_CASE("the pointing game: 15 pixels of 500 beside the subject still count") {
  const Size size{500, 400};
  const PointingGame game(SubjectMask(drawn_mask(), size), size);
  CHECK(game.play(points(size, {{100, 100}})) == 1);
  CHECK(game.play(points(size, {{100, 147}})) == 1);  // unsure, but near
  CHECK(game.play(points(size, {{100, 154}})) == 1);  // 14 beyond the last pixel of the disc
  CHECK(game.play(points(size, {{100, 158}})) == 0);
  CHECK(game.play(points(size, {{300, 200}})) == 0);
  CHECK(std::isnan(game.play(points(size, {{425, 325}}))));  // unsure, and far
  CHECK(game.play(points(size, {{100, 100}, {300, 200}})) == 0.5);
  CHECK(game.play(points(size, {{100, 100}, {425, 325}})) == 1);
  CHECK(game.play_centre() == 0);

  // Pixels without evidence cannot win, and maps may be of any size and shape.
  cv::Mat map = points(size, {{300, 200}});
  map.at<float>(100, 100) = kNoEvidence;
  CHECK(game.play(map) == 0);
  CHECK(std::isnan(game.play(cv::Mat(10, 10, CV_32FC1, cv::Scalar(kNoEvidence)))));
  CHECK(game.play(points({100, 100}, {{20, 25}})) == 1);
  CHECK(game.play(points({100, 100}, {{25, 20}})) == 1);
  CHECK(game.play(points({100, 100}, {{60, 50}})) == 0);

  // A photo twice as large: the same picture, the same result.
  cv::Mat large;
  cv::resize(drawn_mask(), large, {1000, 800}, 0, 0, cv::INTER_NEAREST);
  const PointingGame twice(SubjectMask(large, {1000, 800}), {1000, 800});
  CHECK(twice.play(points({1000, 800}, {{200, 308}})) == 1);
  CHECK(twice.play(points({1000, 800}, {{200, 316}})) == 0);

  const PointingGame none(SubjectMask(cv::Mat::zeros(40, 50, CV_8UC1), {50, 40}), {50, 40});
  CHECK(std::isnan(none.play(points({50, 40}, {{3, 3}}))));
  CHECK(std::isnan(none.play_centre()));
  cv::Mat middle = cv::Mat::zeros(40, 50, CV_8UC1);
  middle(cv::Rect(20, 15, 10, 10)) = 1;
  CHECK(PointingGame(SubjectMask(middle, {50, 40}), {50, 40}).play_centre() == 1);
}

TEST_CASE("shares inside the mask leave out what is unsure and what has no evidence") {
  // Columns: subject, subject, unsure, background, background.
  cv::Mat labels = cv::Mat::zeros(4, 5, CV_8UC1);
  labels.colRange(0, 2) = 255;
  labels.col(2) = 128;
  const cv::Mat subject = subject_pixels(SubjectMask(labels, {5, 4}), {5, 4}, {5, 4});
  CHECK(subject.at<float>(0, 0) == 1);
  CHECK(std::isnan(subject.at<float>(1, 2)));
  CHECK(subject.at<float>(2, 3) == 0);

  cv::Mat map = cv::Mat::zeros(4, 5, CV_32FC1);
  map.col(0) = 3;
  map.col(1) = -5;
  map.col(2) = 100;
  map.col(3) = 1;
  map.col(4) = 0;
  InsideMask result = inside_mask(map, subject);
  CHECK(result.area == Approx(0.5));
  CHECK(result.positive == Approx(12.0 / 16));
  // The eight highest: column 0 (4 on the subject), column 3.
  CHECK(result.rank_accuracy == Approx(0.5));

  map.col(3) = kNoEvidence;
  result = inside_mask(map, subject);
  CHECK(result.area == Approx(8.0 / 12));
  CHECK(result.positive == Approx(1));
  CHECK(result.rank_accuracy == Approx(4.0 / 8));  // column 0, then the four zeros

  // Ties at the border: all 16 pixels share 8 places.
  result = inside_mask(cv::Mat::zeros(4, 5, CV_32FC1), subject);
  CHECK(result.rank_accuracy == Approx(0.5));
  CHECK(std::isnan(result.positive));
  map = cv::Mat::zeros(4, 5, CV_32FC1);
  map.at<float>(0, 0) = 1;
  CHECK(inside_mask(map, subject).rank_accuracy == Approx((1 + 7 * 7.0 / 15) / 8));

  const cv::Mat nothing = cv::Mat::zeros(4, 5, CV_32FC1);
  CHECK(std::isnan(inside_mask(map, nothing).rank_accuracy));

  // A pixel of a coarse map counts by its share: 2 of 4 columns, of which one is unsure.
  const cv::Mat coarse = subject_pixels(SubjectMask(labels, {5, 4}), {5, 4}, {1, 1});
  CHECK(coarse.at<float>(0, 0) == Approx(0.5));
}

}  // namespace
}  // namespace differentia

#include "atlas/marks/outlines.h"

#include <opencv2/imgproc.hpp>

#include "tests/catch.h"

namespace differentia {
namespace {

constexpr Size kPhoto{200, 160};

// A body with a tail to the left and a head up on the right; `scale` times as large, its corner at
// (left, top), looking left if mirrored.
cv::Mat bird(double scale, int left, int top, bool mirrored) {
  cv::Mat mask = cv::Mat::zeros(60, 100, CV_8U);
  cv::ellipse(mask, {50, 38}, {30, 18}, 0, 0, 360, 255, cv::FILLED);
  cv::circle(mask, {78, 14}, 13, 255, cv::FILLED);
  cv::rectangle(mask, cv::Rect(0, 34, 30, 6), 255, cv::FILLED);
  if (mirrored) cv::flip(mask, mask, 1);
  cv::resize(mask, mask, {}, scale, scale, cv::INTER_NEAREST);
  cv::Mat whole = cv::Mat::zeros(kPhoto.height, kPhoto.width, CV_8U);
  mask.copyTo(whole(cv::Rect(left, top, mask.cols, mask.rows)));
  return whole;
}

Outline outline(const cv::Mat& mask) {
  const cv::Rect r = cv::boundingRect(mask);
  return outline_of(mask, kPhoto, {double(r.x), double(r.y), double(r.width), double(r.height)});
}

TEST_CASE("A place is carried over to another size, another corner and the other facing") {
  std::vector<OutlinePlace> known;
  for (int i = 0; i < 4; ++i)
    known.push_back({outline(bird(1, 10 + 5 * i, 20, false)), {10.0 + 5 * i + 78, 34}, 8});
  // On one that looks as they do, and on one that looks the other way.
  const OutlinePlace same = carried_over(known, outline(bird(1.5, 30, 40, false)));
  CHECK(same.place.x == Approx(30 + 1.5 * 78).margin(2));
  CHECK(same.place.y == Approx(40 + 1.5 * 14).margin(2));
  CHECK(same.radius == Approx(12).margin(0.5));
  const OutlinePlace turned = carried_over(known, outline(bird(1.5, 30, 40, true)));
  CHECK(turned.place.x == Approx(30 + 1.5 * (99 - 78)).margin(2));
  CHECK(turned.place.y == Approx(40 + 1.5 * 14).margin(2));
}

TEST_CASE("One that is known wrongly does not move the median") {
  std::vector<OutlinePlace> known;
  for (int i = 0; i < 5; ++i) known.push_back({outline(bird(1, 10, 20, false)), {88, 34}, 8});
  known[2].place = {12, 75};
  const OutlinePlace there = carried_over(known, outline(bird(1, 60, 50, false)));
  CHECK(there.place.x == Approx(60 + 78).margin(1));
  CHECK(there.place.y == Approx(50 + 14).margin(1));
}

TEST_CASE("A subject outside the photo has no outline") {
  CHECK(outline_of(cv::Mat::zeros(10, 10, CV_8U), kPhoto, {300, 10, 20, 20}).shape.empty());
  CHECK(outline_of(cv::Mat::zeros(10, 10, CV_8U), kPhoto, {}).shape.empty());
}

}  // namespace
}  // namespace differentia

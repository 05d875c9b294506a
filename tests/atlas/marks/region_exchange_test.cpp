#include "atlas/marks/region_exchange.h"

#include <opencv2/imgproc.hpp>

#include "tests/catch.h"

using namespace differentia;

namespace {

const cv::Vec3b kRed(200, 20, 20), kBlue(20, 20, 200), kGreen(20, 200, 20), kGrey(90, 90, 90);

// A grey picture with a region of one colour at its left and another at its right.
RegionPicture picture(const cv::Rect& rect, const cv::Vec3b& left, const cv::Vec3b& right) {
  RegionPicture result;
  result.picture = cv::Mat(40, 40, CV_8UC3, kGrey);
  result.mask = cv::Mat::zeros(40, 40, CV_8U);
  result.picture(rect).setTo(right);
  result.picture(cv::Rect(rect.x, rect.y, rect.width / 2, rect.height)).setTo(left);
  result.mask(rect).setTo(255);
  result.core = result.mask.clone();
  return result;
}

cv::Vec3b at(const Painted& painted, int x, int y) {
  return painted.picture.at<cv::Vec3b>(y, x);
}

}  // namespace

TEST_CASE("a region gets another's look, box onto box, and nothing else changes", "[marks]") {
  const RegionPicture to = picture({8, 10, 12, 8}, kRed, kRed),
                      from = picture({20, 4, 16, 16}, kBlue, kGreen);
  const Painted painted = exchanged(to, from);
  CHECK(at(painted, 10, 14) == kBlue);
  CHECK(at(painted, 17, 14) == kGreen);
  CHECK(at(painted, 4, 14) == kGrey);
  CHECK(at(painted, 14, 24) == kGrey);
  CHECK(cv::countNonZero(painted.mask != to.mask) == 0);
  // The photo itself stays as it was.
  CHECK(to.picture.at<cv::Vec3b>(14, 10) == kRed);
}

TEST_CASE("a region that faces the other way is given mirrored", "[marks]") {
  RegionPicture to = picture({8, 10, 12, 12}, kRed, kRed),
                from = picture({20, 4, 12, 12}, kBlue, kGreen);
  // Each a corner short: one at its left, the other at its right.
  for (RegionPicture* one : {&to, &from}) {
    const int x = one == &to ? 8 : 26, y = one == &to ? 10 : 4;
    one->mask(cv::Rect(x, y, 6, 6)).setTo(0);
    one->core = one->mask.clone();
  }
  const Painted painted = exchanged(to, from);
  CHECK(at(painted, 10, 19) == kGreen);
  CHECK(at(painted, 17, 19) == kBlue);
  CHECK(likeness(to, from) > 0.9);
}

TEST_CASE("of a part's edge nothing is given", "[marks]") {
  const RegionPicture to = picture({8, 10, 12, 12}, kRed, kRed);
  RegionPicture from = picture({20, 4, 12, 12}, kBlue, kBlue);
  // The outermost pixels are of another colour, as next to another part.
  cv::erode(from.mask, from.core, cv::Mat());
  from.core(cv::Rect(20, 4, 6, 6)).setTo(0);
  from.picture.setTo(kGreen, from.mask - from.core);
  const Painted painted = exchanged(to, from);
  for (const int x : {10, 13, 17})
    for (const int y : {12, 15, 19}) CHECK(at(painted, x, y)[1] < 100);
}

TEST_CASE("regions of one shape and size are alike", "[marks]") {
  const RegionPicture one = picture({8, 10, 12, 12}, kRed, kRed),
                      two = picture({20, 4, 12, 12}, kBlue, kBlue),
                      small = picture({20, 4, 4, 4}, kBlue, kBlue);
  CHECK(likeness(one, two) == Approx(1).margin(0.01));
  CHECK(likeness(one, small) < 0.5);
}

#include "atlas/marks/photo_outline.h"

#include <opencv2/imgproc.hpp>

#include "tests/catch.h"

using namespace differentia;

namespace {

constexpr Size kPhoto{200, 120};

// A body with a long tail at its right and legs below.
cv::Mat bird(int left) {
  cv::Mat mask = cv::Mat::zeros(kPhoto.height, kPhoto.width, CV_8U);
  cv::ellipse(mask, cv::Point(left + 30, 50), cv::Size(30, 22), 0, 0, 360, cv::Scalar(255),
              cv::FILLED);
  cv::rectangle(mask, cv::Rect(left + 55, 45, 55, 8), cv::Scalar(255), cv::FILLED);
  cv::rectangle(mask, cv::Rect(left + 28, 70, 4, 30), cv::Scalar(255), cv::FILLED);
  return mask;
}

Box bounds_of(const cv::Mat& mask) {
  const cv::Rect rect = cv::boundingRect(mask);
  return {static_cast<double>(rect.x), static_cast<double>(rect.y), static_cast<double>(rect.width),
          static_cast<double>(rect.height)};
}

// The middle of the body, in whole birds.
std::vector<OutlinePlace> known() {
  std::vector<OutlinePlace> all;
  for (const int left : {20, 35, 50, 65}) {
    const cv::Mat mask = bird(left);
    all.push_back({outline_of(mask, kPhoto, bounds_of(mask)), {left + 30.0, 50}, 8});
  }
  return all;
}

}  // namespace

TEST_CASE("a whole subject's outline is its own", "[marks]") {
  const auto some = known();
  const cv::Mat mask = bird(40);
  const Outline outline = whole_outline(mask, kPhoto, bounds_of(mask), some);
  CHECK(outline.bounds.x == Approx(bounds_of(mask).x));
  CHECK(outline.bounds.width == Approx(bounds_of(mask).width));
  CHECK(carried_over(some, outline).place.x == Approx(70).margin(3));
}

TEST_CASE("what the frame cuts off goes on beyond it", "[marks]") {
  const auto some = known();
  // Only the tail's end and a little of the body are left.
  const cv::Mat mask = bird(-45);
  const Outline outline = whole_outline(mask, kPhoto, bounds_of(mask), some);
  CHECK(outline.bounds.x < -20);
  CHECK(outline.bounds.x + outline.bounds.width ==
        Approx(bounds_of(mask).x + bounds_of(mask).width));
  // The body's middle is off the frame, where it would be without the frame.
  CHECK(carried_over(some, outline).place.x < 0);
  const Outline visible = outline_of(mask, kPhoto, bounds_of(mask));
  CHECK(carried_over(some, visible).place.x > 0);
}

TEST_CASE("a whole subject that only touches the frame is not made larger", "[marks]") {
  const auto some = known();
  const cv::Mat mask = bird(0);
  const Outline outline = whole_outline(mask, kPhoto, bounds_of(mask), some);
  CHECK(outline.bounds.x >= 0);
  CHECK(outline.bounds.width == Approx(bounds_of(mask).width));
}

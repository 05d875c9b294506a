#include "explain/regions/foreground.h"

#include <opencv2/imgproc.hpp>

#include "base/random.h"
#include "tests/catch.h"

namespace differentia {
namespace {

// A bird of two colours on grass; evidence lies on one half of it, blurred beyond its outline.
struct Scene {
  cv::Mat bgr = cv::Mat(160, 240, CV_8UC3);
  cv::Mat truth = cv::Mat(160, 240, CV_8UC1, cv::Scalar(0));
  cv::Mat evidence = cv::Mat(160, 240, CV_32FC1, cv::Scalar(1));

  Scene() {
    Random random(3);
    for (auto& pixel : cv::Mat_<cv::Vec3b>(bgr)) {
      const auto grey = static_cast<unsigned char>(random.below(40));
      pixel = {static_cast<unsigned char>(20 + grey), static_cast<unsigned char>(110 + grey), grey};
    }
    cv::ellipse(truth, {90, 70}, {45, 25}, 20, 0, 360, 255, cv::FILLED);
    bgr.setTo(cv::Scalar(40, 60, 190), truth);
    cv::Mat breast(truth.size(), CV_8UC1, cv::Scalar(0));
    breast(cv::Rect(90, 0, 150, 160)) = 255;
    bgr.setTo(cv::Scalar(200, 210, 220), truth & breast);
    cv::circle(evidence, {88, 70}, 22, 9, cv::FILLED);
    cv::GaussianBlur(evidence, evidence, {}, 9);
  }
};

TEST_CASE("the foreground is the whole subject, though evidence is blurred and on a part of it") {
  const Scene scene;
  const Foreground found = find_foreground(scene.bgr, scene.evidence);
  CHECK(found.threshold > 1.5);
  CHECK(found.peak > found.threshold);
  REQUIRE(found.mask.size() == scene.truth.size());
  const double both = cv::countNonZero(found.mask & scene.truth);
  CHECK(both / cv::countNonZero(found.mask | scene.truth) > 0.9);
  const double evident = cv::countNonZero((scene.evidence > found.threshold) & scene.truth);
  CHECK(both / cv::countNonZero(scene.truth) > evident / cv::countNonZero(scene.truth));
}

TEST_CASE("the same photo and evidence give the same foreground") {
  const Scene scene;
  const Foreground first = find_foreground(scene.bgr, scene.evidence);
  cv::theRNG().state = 77;
  const Foreground second = find_foreground(scene.bgr, scene.evidence);
  CHECK(cv::norm(first.mask, second.mask, cv::NORM_INF) == 0);
  CHECK(cv::norm(first.likeness, second.likeness, cv::NORM_INF) == 0);
}

TEST_CASE("evidence that is the same everywhere is none") {
  const Scene scene;
  const cv::Mat flat(scene.truth.size(), CV_32FC1, cv::Scalar(2));
  CHECK(cv::countNonZero(find_foreground(scene.bgr, flat).mask) == 0);
}

}  // namespace
}  // namespace differentia

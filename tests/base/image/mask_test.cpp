#include "base/image/mask.h"

#include <cmath>
#include <filesystem>

#include <opencv2/imgcodecs.hpp>

#include "base/error.h"
#include "tests/catch.h"

namespace differentia {

TEST_CASE("the subject's share of a box is by area, unsure pixels count as neither", "[mask]") {
  // Left half subject (two individuals), a column unsure, the rest background; half the photo's
  // size.
  cv::Mat labels = cv::Mat::zeros(4, 8, CV_8UC1);
  labels.colRange(0, 2).setTo(255);
  labels.colRange(2, 4).setTo(7);
  labels.colRange(4, 5).setTo(128);
  const SubjectMask mask(labels, {16, 8});
  CHECK(mask.share({0, 0, 8, 8}) == 1);
  CHECK(mask.share({10, 0, 6, 8}) == 0);
  CHECK(mask.share({6, 0, 6, 8}) == Approx(0.5));      // 2 subject, 2 unsure, 2 background
  CHECK(mask.share({7.5, 1, 4.5, 3}) == Approx(0.2));  // 0.5 subject, 2 unsure, 2 background
  CHECK(mask.share({-4, -4, 8, 8}) == 1);              // outside counts as neither
  CHECK(std::isnan(mask.share({8.25, 1, 1.5, 2})));
  CHECK(std::isnan(mask.share({20, 20, 5, 5})));
  CHECK(mask.share() == Approx(4.0 / 7));
  CHECK(mask.bounds().width == 8);
  CHECK(mask.bounds().height == 8);
}

TEST_CASE("a mask is read from its file and must have the photo's shape", "[mask]") {
  const std::string path =
      (std::filesystem::temp_directory_path() / "differentia_mask.png").string();
  cv::Mat labels = cv::Mat::zeros(40, 60, CV_16UC1);
  labels.rowRange(0, 10).setTo(300);
  cv::imwrite(path, labels);
  CHECK(SubjectMask::read(path, {600, 400}).share() == Approx(0.25));
  CHECK_THROWS_AS(SubjectMask::read(path, {400, 600}), MaskError);
  CHECK_THROWS_AS(SubjectMask::read(path + ".not", {600, 400}), MaskError);
  cv::Mat colours(40, 60, CV_8UC3, cv::Scalar(0, 0, 0));
  colours.colRange(0, 30).setTo(cv::Scalar(0, 0, 200));
  cv::imwrite(path, colours);
  CHECK(SubjectMask::read(path, {60, 40}).share() == Approx(0.5));
  std::filesystem::remove(path);
}

TEST_CASE("a mask of many megapixels is kept small", "[mask]") {
  cv::Mat labels = cv::Mat::zeros(3000, 4000, CV_8UC1);
  labels.colRange(0, 1000).setTo(255);
  const SubjectMask mask(labels, {4000, 3000});
  CHECK(mask.share() == Approx(0.25).epsilon(0.002));
  CHECK(mask.share({500, 100, 1000, 50}) == Approx(0.5).epsilon(0.002));
  CHECK(mask.bounds().width == 1000);
}

}  // namespace differentia

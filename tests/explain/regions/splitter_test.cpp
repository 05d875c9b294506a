#include "explain/regions/splitter.h"
#include "tests/catch.h"

namespace differentia {
namespace {

TEST_CASE("what is hidden is covered by what lies around it, and nothing else changes") {
  cv::Mat picture(200, 300, CV_8UC3, cv::Scalar(40, 90, 160));
  picture.colRange(150, 300).setTo(cv::Scalar(200, 210, 220));
  const cv::Mat plain = picture.clone();
  cv::Mat hidden(100, 150, CV_8UC1, cv::Scalar(0));
  hidden(cv::Rect(25, 35, 10, 10)) = 255;
  picture(cv::Rect(50, 70, 20, 20)) = cv::Scalar(0, 0, 255);
  const cv::Mat result = covered(picture, hidden);
  CHECK(cv::norm(result, plain, cv::NORM_INF) <= 1);
  hidden.setTo(0);
  CHECK(cv::norm(covered(picture, hidden), picture, cv::NORM_INF) == 0);
}

TEST_CASE("a photo that is all hidden is covered by nothing brighter than black") {
  const cv::Mat picture(40, 60, CV_8UC3, cv::Scalar(200, 200, 200));
  const cv::Mat hidden(40, 60, CV_8UC1, cv::Scalar(255));
  CHECK(cv::norm(covered(picture, hidden), cv::NORM_INF) == 0);
}

}  // namespace
}  // namespace differentia

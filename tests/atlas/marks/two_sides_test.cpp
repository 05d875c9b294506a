#include "atlas/marks/two_sides.h"

#include <opencv2/imgproc.hpp>

#include "tests/catch.h"

using namespace differentia;

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

}  // namespace

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

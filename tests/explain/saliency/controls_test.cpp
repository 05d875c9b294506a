// What catches the eye in a photo without any model.

#include <array>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "explain/saliency/session.h"
#include "tests/catch.h"
#include "tests/explain/test_models.h"

namespace differentia {
namespace {

Photo photo_of(const cv::Mat& bgr) {
  Photo photo;
  photo.bgr = bgr;
  photo.full_size = {bgr.cols, bgr.rows};
  return photo;
}

Saliency control(const std::string& method, const cv::Mat& bgr) {
  SaliencyOptions options;
  options.method = method;
  return SaliencySession(small_model("small")).run(photo_of(bgr), Target::output(0), options);
}

// The highest place of the map lies in the box, with a margin around it.
bool wins(const cv::Mat& map, cv::Rect box, int margin) {
  cv::Point highest;
  cv::minMaxLoc(map, nullptr, nullptr, nullptr, &highest);
  UNSCOPED_INFO("highest at " << highest.x << ", " << highest.y);
  return (box + cv::Size(2 * margin, 2 * margin) - cv::Point(margin, margin)).contains(highest);
}

constexpr int kAcross = 7, kDown = 5, kOdd = 23;  // of 35 things, the one in row 3, column 2

cv::Point place_of(int thing) {
  return {70 + 84 * (thing % kAcross), 60 + 84 * (thing / kAcross)};
}

cv::Rect odd_box() {
  return {place_of(kOdd) - cv::Point(20, 20), cv::Size(40, 40)};
}

cv::Mat bars(bool odd_colour, double odd_angle) {
  cv::Mat picture(480, 640, CV_8UC3, cv::Scalar(60, 60, 60));
  for (int thing = 0; thing < kAcross * kDown; ++thing) {
    const bool odd = thing == kOdd;
    const cv::RotatedRect bar(place_of(thing), {10, 40}, odd ? static_cast<float>(odd_angle) : 0);
    std::array<cv::Point2f, 4> corners;
    bar.points(corners.data());
    std::vector<cv::Point> polygon(corners.begin(), corners.end());
    const cv::Scalar colour = !odd_colour ? cv::Scalar(200, 200, 200)
                              : odd       ? cv::Scalar(30, 30, 200)
                                          : cv::Scalar(30, 200, 30);
    cv::fillConvexPoly(picture, polygon, colour, cv::LINE_AA);
  }
  return picture;
}

TEST_CASE("Itti and Koch's map finds a red bar among green ones") {
  CHECK(wins(control("itti-koch", bars(true, 0)).map, odd_box(), 16));
}

TEST_CASE("Itti and Koch's map finds a tilted bar among upright ones") {
  CHECK(wins(control("itti-koch", bars(false, 45)).map, odd_box(), 16));
  CHECK(wins(control("itti-koch", bars(false, 90)).map, odd_box(), 16));
}

TEST_CASE("Itti and Koch's map finds a bright spot") {
  // Too soft for an edge, on grain that has edges in all directions.
  cv::Mat grain(47, 63, CV_8UC1), picture;
  cv::RNG random(3);
  random.fill(grain, cv::RNG::UNIFORM, 40, 120);
  cv::resize(grain, picture, {500, 375}, 0, 0, cv::INTER_NEAREST);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const double distance = std::hypot(x - 390, y - 90) / 25;
      picture.at<unsigned char>(y, x) +=
          static_cast<unsigned char>(130 * std::exp(-distance * distance / 2));
    }
  }
  cv::cvtColor(picture, picture, cv::COLOR_GRAY2BGR);
  const Saliency saliency = control("itti-koch", picture);
  CHECK(wins(saliency.map, {372, 72, 36, 36}, 12));
  // Colour, direction and intensity give a third each at most; there is no colour here.
  double highest = 0;
  cv::minMaxLoc(saliency.map, nullptr, &highest);
  CHECK(highest > 1.0 / 3);
  // Of the whole photo, whatever the network's input; nothing that a model would say.
  CHECK(saliency.map.size() == picture.size());
  CHECK(cv::checkRange(saliency.map));
  CHECK(saliency.outputs.empty());
  CHECK(saliency.forward_passes == 0);
  // Nothing in a plain photo stands out, and that is said.
  const cv::Mat plain(300, 200, CV_8UC3, cv::Scalar(90, 120, 40));
  const Saliency nothing = control("itti-koch", plain);
  CHECK(cv::norm(nothing.map, cv::NORM_INF) == 0);
  CHECK(nothing.warnings.size() == 1);
}

TEST_CASE("the spectral residual finds an odd patch on a texture") {
  cv::Mat picture(360, 480, CV_8UC3);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const bool odd = cv::Rect(300, 80, 60, 60).contains({x, y});
      const double wave = odd ? std::sin(y * CV_PI / 15) : std::sin((x + y) * CV_PI / 15);
      const double value = 128 + 80 * wave;
      picture.at<cv::Vec3b>(y, x) = cv::Vec3b::all(static_cast<unsigned char>(value));
    }
  }
  const Saliency saliency = control("spectral-residual", picture);
  CHECK(wins(saliency.map, {300, 80, 60, 60}, 20));
  CHECK(saliency.map.size() == picture.size());
  CHECK(saliency.outputs.empty());
}

TEST_CASE("controls run without a model, and are the same with one") {
  const cv::Mat picture = bars(true, 0);
  const Photo photo = photo_of(picture);
  SaliencySession session(nullptr);
  for (const Method* method : saliency_methods()) {
    INFO(method->name);
    SaliencyOptions options;
    options.method = method->name;
    if (method->needs_model) {
      CHECK_THROWS_WITH(session.run(photo, Target::output(0), options),
                        Catch::Matchers::Contains(method->title) &&
                            Catch::Matchers::Contains("there is none"));
      continue;
    }
    const Saliency saliency = session.run(photo, Target::output(0), options);
    CHECK(cv::norm(saliency.map, control(method->name, picture).map, cv::NORM_INF) == 0);
    CHECK(saliency.outputs.empty());
    CHECK(saliency.forward_passes == 0);
  }
}

}  // namespace
}  // namespace differentia

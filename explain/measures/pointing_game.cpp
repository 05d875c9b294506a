#include "explain/measures/pointing_game.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <opencv2/imgproc.hpp>

#include "explain/measures/subject_pixels.h"

namespace differentia {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kLongerSide = 500;
constexpr float kTolerance = 15;

}  // namespace

PointingGame::PointingGame(const SubjectMask& mask, Size photo) : photo_(photo) {
  const double scale = static_cast<double>(kLongerSide) / std::max(photo.width, photo.height);
  const Size size{std::max(1, static_cast<int>(std::lround(photo.width * scale))),
                  std::max(1, static_cast<int>(std::lround(photo.height * scale)))};
  const cv::Mat subject = subject_pixels(mask, photo, size);
  const cv::Mat elsewhere = ~(subject >= 0.5);  // of NaN as well
  any_ = cv::countNonZero(elsewhere) < static_cast<int>(elsewhere.total());
  if (!any_) return;
  cv::distanceTransform(elsewhere, distance_, cv::DIST_L2, cv::DIST_MASK_PRECISE);
  for (int y = 0; y < distance_.rows; ++y) {
    for (int x = 0; x < distance_.cols; ++x) {
      float& distance = distance_.at<float>(y, x);
      if (std::isnan(subject.at<float>(y, x)) && distance > kTolerance)
        distance = std::numeric_limits<float>::quiet_NaN();
    }
  }
}

double PointingGame::play(Point photo_point) const {
  const int x = static_cast<int>(photo_point.x * distance_.cols / photo_.width);
  const int y = static_cast<int>(photo_point.y * distance_.rows / photo_.height);
  const float distance = distance_.at<float>(std::clamp(y, 0, distance_.rows - 1),
                                             std::clamp(x, 0, distance_.cols - 1));
  return std::isnan(distance) ? kNaN : distance <= kTolerance ? 1.0 : 0.0;
}

double PointingGame::play(const cv::Mat& map) const {
  if (!any_) return kNaN;
  float highest = -std::numeric_limits<float>::infinity();
  for (int y = 0; y < map.rows; ++y) {
    for (int x = 0; x < map.cols; ++x) {
      if (std::isfinite(map.at<float>(y, x))) highest = std::max(highest, map.at<float>(y, x));
    }
  }
  double hits = 0, tries = 0;
  for (int y = 0; y < map.rows; ++y) {
    for (int x = 0; x < map.cols; ++x) {
      if (map.at<float>(y, x) != highest) continue;
      const double hit =
          play(Point{(x + 0.5) * photo_.width / map.cols, (y + 0.5) * photo_.height / map.rows});
      if (std::isnan(hit)) continue;
      hits += hit;
      tries += 1;
    }
  }
  return tries > 0 ? hits / tries : kNaN;
}

double PointingGame::play_centre() const {
  return any_ ? play(Point{photo_.width / 2.0, photo_.height / 2.0}) : kNaN;
}

}  // namespace differentia

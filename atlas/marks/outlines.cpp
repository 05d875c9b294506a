#include "atlas/marks/outlines.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "base/statistics.h"

namespace differentia {
namespace {

constexpr int kCells = 32;
constexpr std::size_t kNearest = 5;

// Intersection over union.
double likeness(const cv::Mat& one, const cv::Mat& two) {
  const cv::Mat both = cv::min(one, two), either = cv::max(one, two);
  return cv::sum(both)[0] / std::max(1e-6, cv::sum(either)[0]);
}

}  // namespace

Outline outline_of(const cv::Mat& subject, Size photo, const Box& bounds) {
  Outline outline;
  outline.bounds = clip(bounds, photo);
  const double sx = static_cast<double>(subject.cols) / photo.width,
               sy = static_cast<double>(subject.rows) / photo.height;
  const Box& b = outline.bounds;
  const cv::Rect rect = cv::Rect(cv::Point(static_cast<int>(b.x * sx), static_cast<int>(b.y * sy)),
                                 cv::Point(static_cast<int>(std::ceil((b.x + b.width) * sx)),
                                           static_cast<int>(std::ceil((b.y + b.height) * sy)))) &
                        cv::Rect(0, 0, subject.cols, subject.rows);
  if (b.width <= 0 || b.height <= 0 || rect.empty()) return outline;
  cv::Mat on;
  cv::Mat(subject(rect) > 0).convertTo(on, CV_32F, 1 / 255.0);
  cv::resize(on, outline.shape, {kCells, kCells}, 0, 0, cv::INTER_AREA);
  return outline;
}

double likeness(const Outline& a, const Outline& b) {
  cv::Mat mirrored;
  cv::flip(b.shape, mirrored, 1);
  return std::max(likeness(a.shape, b.shape), likeness(a.shape, mirrored));
}

OutlinePlace carried_over(gsl::span<const OutlinePlace> known, const Outline& to) {
  struct Carried {
    double likeness, x, y, radius;
  };
  std::vector<Carried> all;
  cv::Mat mirrored;
  cv::flip(to.shape, mirrored, 1);
  for (const OutlinePlace& from : known) {
    const Box &a = from.outline.bounds, &b = to.bounds;
    const double x = (from.place.x - a.x) / a.width, y = (from.place.y - a.y) / a.height;
    const double as_is = likeness(from.outline.shape, to.shape),
                 turned = likeness(from.outline.shape, mirrored);
    const double size = std::sqrt(b.width * b.height / (a.width * a.height));
    all.push_back({std::max(as_is, turned), b.x + (turned > as_is ? 1 - x : x) * b.width,
                   b.y + y * b.height, from.radius * size});
  }
  std::stable_sort(all.begin(), all.end(), [](const Carried& one, const Carried& two) {
    return one.likeness > two.likeness;
  });
  all.resize(std::min(all.size(), kNearest));
  const auto middle = [&](double Carried::*value) {
    std::vector<double> values;
    for (const Carried& one : all) values.push_back(one.*value);
    return quantile(std::move(values), 0.5);
  };
  return {to, {middle(&Carried::x), middle(&Carried::y)}, middle(&Carried::radius)};
}

}  // namespace differentia

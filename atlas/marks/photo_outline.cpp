#include "atlas/marks/photo_outline.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace differentia {
namespace {

constexpr std::size_t kNearest = 5;
constexpr double kTouches = 0.015;  // of the photo's side: a subject that near the edge touches it
constexpr double kBetter = 0.04;    // overlap that the part out of sight must be worth, …
constexpr double kPrice = 0.1;      // … and of the share of it that is out of sight

// The subject in a box that may reach beyond the photo: 32F shares, and which cells are in sight.
struct Placed {
  Box bounds;
  cv::Mat shape, sight;
  double unseen = 0;  // share of the box
};

Placed place(const cv::Mat& subject, Size photo, const Box& bounds, int cells) {
  Placed placed;
  placed.bounds = bounds;
  placed.shape.create(cells, cells, CV_32F);
  placed.sight.create(cells, cells, CV_32F);
  cv::Mat on, sum;
  cv::Mat(subject > 0).convertTo(on, CV_8U, 1 / 255.0);
  cv::integral(on, sum, CV_32S);
  const double sx = static_cast<double>(subject.cols) / photo.width,
               sy = static_cast<double>(subject.rows) / photo.height;
  const auto column_at = [&](double x) {
    return std::clamp(static_cast<int>(std::lround(x * sx)), 0, subject.cols);
  };
  const auto row_at = [&](double y) {
    return std::clamp(static_cast<int>(std::lround(y * sy)), 0, subject.rows);
  };
  double seen = 0;
  for (int row = 0; row < cells; ++row) {
    for (int column = 0; column < cells; ++column) {
      const double left = bounds.x + column * bounds.width / cells,
                   top = bounds.y + row * bounds.height / cells;
      const int x0 = column_at(left), x1 = column_at(left + bounds.width / cells), y0 = row_at(top),
                y1 = row_at(top + bounds.height / cells);
      const double whole = std::max(1e-9, bounds.width / cells * sx * bounds.height / cells * sy);
      const double area = static_cast<double>(x1 - x0) * (y1 - y0);
      const auto sight = static_cast<float>(std::min(1.0, area / whole));
      const int count =
          sum.at<int>(y1, x1) - sum.at<int>(y0, x1) - sum.at<int>(y1, x0) + sum.at<int>(y0, x0);
      placed.sight.at<float>(row, column) = sight;
      placed.shape.at<float>(row, column) = area > 0 ? static_cast<float>(count / area) : 0;
      seen += sight;
    }
  }
  placed.unseen = 1 - seen / (static_cast<double>(cells) * cells);
  return placed;
}

// Intersection over union of what is in sight.
double likeness(const Placed& one, const cv::Mat& other) {
  const cv::Mat both = cv::min(one.shape, other).mul(one.sight),
                either = cv::max(one.shape, other).mul(one.sight);
  return cv::sum(both)[0] / std::max(1e-6, cv::sum(either)[0]);
}

struct ShapeFit {
  double likeness;
  cv::Mat shape;  // as it is or mirrored
};

// The best of `known`, best first.
std::vector<ShapeFit> fits(const Placed& one, gsl::span<const OutlinePlace> known) {
  std::vector<ShapeFit> all;
  for (const OutlinePlace& each : known) {
    cv::Mat mirrored;
    cv::flip(each.outline.shape, mirrored, 1);
    const double as_is = likeness(one, each.outline.shape), turned = likeness(one, mirrored);
    all.push_back(turned > as_is ? ShapeFit{turned, mirrored}
                                 : ShapeFit{as_is, each.outline.shape});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const ShapeFit& a, const ShapeFit& b) { return a.likeness > b.likeness; });
  if (all.size() > kNearest) all.resize(kNearest);
  return all;
}

double mean_likeness(const std::vector<ShapeFit>& some) {
  double sum = 0;
  for (const ShapeFit& one : some) sum += one.likeness;
  return sum / static_cast<double>(some.size());
}

}  // namespace

Outline whole_outline(const cv::Mat& subject, Size photo, const Box& bounds,
                      gsl::span<const OutlinePlace> known) {
  const Outline visible = outline_of(subject, photo, bounds);
  if (visible.shape.empty()) return visible;
  const Box& b = visible.bounds;
  const bool left = b.x <= kTouches * photo.width, top = b.y <= kTouches * photo.height,
             right = b.x + b.width >= (1 - kTouches) * photo.width,
             bottom = b.y + b.height >= (1 - kTouches) * photo.height;
  if (!left && !top && !right && !bottom) return visible;
  // What is cut off at one side may be higher, or longer, than what is in sight.
  const auto steps = [](bool touches, bool across) {
    return touches  ? std::vector<double>{0, 0.15, 0.35, 0.6, 1}
           : across ? std::vector<double>{0, 0.25, 0.5, 0.9}
                    : std::vector<double>{0};
  };
  const int cells = visible.shape.cols;
  Placed best = place(subject, photo, b, cells);
  const double alone = mean_likeness(fits(best, known));
  double score = alone;
  for (const double l : steps(left, top || bottom)) {
    for (const double t : steps(top, left || right)) {
      for (const double r : steps(right, top || bottom)) {
        for (const double d : steps(bottom, left || right)) {
          if (l + r > 1 || t + d > 1 || l + t + r + d == 0) continue;
          const Placed one = place(subject, photo,
                                   {b.x - l * b.width, b.y - t * b.height, b.width * (1 + l + r),
                                    b.height * (1 + t + d)},
                                   cells);
          const double here = mean_likeness(fits(one, known)) - kPrice * one.unseen;
          if (here < alone + kBetter || here <= score) continue;
          score = here;
          best = one;
        }
      }
    }
  }
  if (score <= alone) return visible;
  // What is out of sight is as in the outlines like it.
  cv::Mat mean = cv::Mat::zeros(cells, cells, CV_32F);
  const std::vector<ShapeFit> like = fits(best, known);
  for (const ShapeFit& one : like) mean += one.shape / static_cast<double>(like.size());
  Outline outline;
  outline.bounds = best.bounds;
  outline.shape = best.shape.mul(best.sight) + mean.mul(1 - best.sight);
  return outline;
}

}  // namespace differentia

#include "atlas/marks/region_exchange.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

namespace differentia {
namespace {

constexpr int kShape = 24;  // cells along a side that shapes are compared at

cv::Mat shape_of(const cv::Mat& mask) {
  cv::Mat shape;
  cv::Mat(mask(cv::boundingRect(mask)) > 0).convertTo(shape, CV_32F, 1 / 255.0);
  cv::resize(shape, shape, {kShape, kShape}, 0, 0, cv::INTER_AREA);
  return shape;
}

// Intersection over union.
double overlap(const cv::Mat& one, const cv::Mat& two) {
  return cv::sum(cv::min(one, two))[0] / std::max(1e-6, cv::sum(cv::max(one, two))[0]);
}

struct ShapeFit {
  double as_is, mirrored;
};

ShapeFit fit_of(const RegionPicture& one, const RegionPicture& two) {
  const cv::Mat a = shape_of(one.core), b = shape_of(two.core);
  cv::Mat turned;
  cv::flip(b, turned, 1);
  return {overlap(a, b), overlap(a, turned)};
}

// The nearest pixel of a mask to each pixel: x and y.
cv::Mat nearest_in(const cv::Mat& mask) {
  cv::Mat distance, labels;
  const cv::Mat outside = mask == 0;
  cv::distanceTransform(outside, distance, labels, cv::DIST_L2, cv::DIST_MASK_5,
                        cv::DIST_LABEL_PIXEL);
  std::vector<cv::Point> pixel_of(static_cast<std::size_t>(mask.total()) + 1);
  for (int y = 0; y < mask.rows; ++y)
    for (int x = 0; x < mask.cols; ++x)
      if (mask.at<unsigned char>(y, x) != 0)
        pixel_of[static_cast<std::size_t>(labels.at<int>(y, x))] = {x, y};
  cv::Mat nearest(mask.size(), CV_32SC2);
  for (int y = 0; y < mask.rows; ++y)
    for (int x = 0; x < mask.cols; ++x) {
      const cv::Point& at = pixel_of[static_cast<std::size_t>(labels.at<int>(y, x))];
      nearest.at<cv::Vec2i>(y, x) = {at.x, at.y};
    }
  return nearest;
}

}  // namespace

Painted exchanged(const RegionPicture& to, const RegionPicture& from) {
  const ShapeFit fit = fit_of(to, from);
  const bool turned = fit.mirrored > fit.as_is;
  const cv::Rect here = cv::boundingRect(to.core), there = cv::boundingRect(from.core);
  const cv::Mat nearest = nearest_in(from.core);
  Painted painted{to.mask, to.picture.clone()};
  // Soft where the region ends, so that no edge is drawn around it.
  cv::Mat weight;
  to.mask.convertTo(weight, CV_32F, 1 / 255.0);
  cv::GaussianBlur(weight, weight, {3, 3}, 0);
  for (int y = 0; y < to.mask.rows; ++y) {
    for (int x = 0; x < to.mask.cols; ++x) {
      if (to.mask.at<unsigned char>(y, x) == 0) continue;
      double u = (x + 0.5 - here.x) / here.width;
      const double v = (y + 0.5 - here.y) / here.height;
      if (turned) u = 1 - u;
      const int column = std::clamp(static_cast<int>(std::floor(there.x + u * there.width)), 0,
                                    from.core.cols - 1),
                row = std::clamp(static_cast<int>(std::floor(there.y + v * there.height)), 0,
                                 from.core.rows - 1);
      const auto at = nearest.at<cv::Vec2i>(row, column);
      const auto& pixel = from.picture.at<cv::Vec3b>(at[1], at[0]);
      auto& result = painted.picture.at<cv::Vec3b>(y, x);
      const float w = weight.at<float>(y, x);
      for (int c = 0; c < 3; ++c)
        result[c] = cv::saturate_cast<unsigned char>(w * static_cast<float>(pixel[c]) +
                                                     (1 - w) * static_cast<float>(result[c]));
    }
  }
  return painted;
}

double likeness(const RegionPicture& one, const RegionPicture& two) {
  const ShapeFit fit = fit_of(one, two);
  const double a = cv::countNonZero(one.core), b = cv::countNonZero(two.core);
  return std::max(fit.as_is, fit.mirrored) * std::sqrt(std::min(a, b) / std::max(a, b));
}

}  // namespace differentia

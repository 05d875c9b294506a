#include "base/image/overlay.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <opencv2/imgproc.hpp>

namespace differentia {
namespace {

struct Range {
  double low, high;
};

Range range_of(const cv::Mat& map, const OverlayOptions& options) {
  if (options.low != 0 || options.high != 0) return {options.low, options.high};
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (int y = 0; y < map.rows; ++y) {
    for (int x = 0; x < map.cols; ++x) {
      const double value = map.at<float>(y, x);
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  if (options.colours == ColourMap::kBlueRed) {
    high = std::max(std::abs(low), std::abs(high));
    low = -high;
  }
  return low < high ? Range{low, high} : Range{low - 1, low + 1};
}

// How much of the full opacity a value has at `share` 0…1 of the colours.
double strength(double share, ColourMap colours) {
  const double clamped = std::clamp(share, 0.0, 1.0);
  const double from_nothing = colours == ColourMap::kBlueRed ? std::abs(2 * clamped - 1) : clamped;
  return std::min(1.0, 1.15 * std::pow(from_nothing, 0.75));
}

// Diagonal bands that scale with the picture, so that they are seen in a thumbnail and in print.
bool hatched(int x, int y, int period) {
  return (x + y) % period < std::max(1, period / 6);
}

}  // namespace

cv::Mat overlay(const cv::Mat& photo, const cv::Mat& map, const OverlayOptions& options) {
  const Range range = range_of(map, options);
  // NaN would spread in the interpolation: known values and their weights are interpolated apart.
  cv::Mat known(map.size(), CV_32FC1), values(map.size(), CV_32FC1);
  for (int y = 0; y < map.rows; ++y) {
    for (int x = 0; x < map.cols; ++x) {
      const float value = map.at<float>(y, x);
      known.at<float>(y, x) = std::isfinite(value) ? 1.0f : 0.0f;
      values.at<float>(y, x) = std::isfinite(value) ? value : 0.0f;
    }
  }
  cv::resize(known, known, photo.size(), 0, 0, cv::INTER_LINEAR);
  cv::resize(values, values, photo.size(), 0, 0, cv::INTER_LINEAR);

  const int period = std::max(6, std::min(photo.cols, photo.rows) / 24);
  const double scale = 1 / (range.high - range.low);
  cv::Mat result(photo.size(), CV_8UC3);
  for (int y = 0; y < photo.rows; ++y) {
    for (int x = 0; x < photo.cols; ++x) {
      const auto& from = photo.at<cv::Vec3b>(y, x);
      auto& to = result.at<cv::Vec3b>(y, x);
      const float weight = known.at<float>(y, x);
      if (weight < 0.5f) {
        const int grey =
            (from[0] + from[1] + from[2]) / 3 * 2 / 3 + (hatched(x, y, period) ? 70 : 0);
        to = cv::Vec3b::all(cv::saturate_cast<std::uint8_t>(grey));
        continue;
      }
      const double share = (values.at<float>(y, x) / weight - range.low) * scale;
      const Rgb colour = colour_of(options.colours, share);
      const double opacity =
          options.opacity * (options.fade ? strength(share, options.colours) : 1);
      for (int channel = 0; channel < 3; ++channel) {
        const double mixed =
            (1 - opacity) * from[channel] + opacity * colour[static_cast<std::size_t>(2 - channel)];
        to[channel] = cv::saturate_cast<std::uint8_t>(mixed);
      }
    }
  }
  return result;
}

}  // namespace differentia

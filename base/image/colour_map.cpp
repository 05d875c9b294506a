#include "base/image/colour_map.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <opencv2/imgproc.hpp>

#include "base/error.h"

namespace differentia {
namespace {

ColourTable opencv_table(int opencv_map) {
  cv::Mat ramp(1, 256, CV_8UC1);
  for (int i = 0; i < 256; ++i) ramp.at<std::uint8_t>(0, i) = static_cast<std::uint8_t>(i);
  cv::Mat bgr;
  cv::applyColorMap(ramp, bgr, opencv_map);
  ColourTable table;
  for (int i = 0; i < 256; ++i) {
    const auto& colour = bgr.at<cv::Vec3b>(0, i);
    table[static_cast<std::size_t>(i)] = {colour[2], colour[1], colour[0]};
  }
  return table;
}

// From a blue through near white to a red of the same lightness, straight in CIELAB, so that equal
// steps look equal and neither sign looks stronger.
ColourTable blue_red_table() {
  const cv::Vec3f low(36, 16, -56), middle(95, 0, 0), high(36, 58, 36);  // L*, a*, b*
  cv::Mat lab(1, 256, CV_32FC3);
  for (int i = 0; i < 256; ++i) {
    const float signed_value = (static_cast<float>(i) - 127.5f) / 127.5f;
    const float strength = std::abs(signed_value);
    lab.at<cv::Vec3f>(0, i) = middle + strength * ((signed_value < 0 ? low : high) - middle);
  }
  cv::Mat rgb;
  cv::cvtColor(lab, rgb, cv::COLOR_Lab2RGB);
  ColourTable table;
  for (int i = 0; i < 256; ++i) {
    for (int channel = 0; channel < 3; ++channel) {
      table[static_cast<std::size_t>(i)][static_cast<std::size_t>(channel)] =
          cv::saturate_cast<std::uint8_t>(255 * rgb.at<cv::Vec3f>(0, i)[channel]);
    }
  }
  return table;
}

}  // namespace

const ColourTable& colour_table(ColourMap map) {
  static const ColourTable viridis = opencv_table(cv::COLORMAP_VIRIDIS);
  static const ColourTable cividis = opencv_table(cv::COLORMAP_CIVIDIS);
  static const ColourTable blue_red = blue_red_table();
  switch (map) {
    case ColourMap::kCividis:
      return cividis;
    case ColourMap::kBlueRed:
      return blue_red;
    case ColourMap::kViridis:
      break;
  }
  return viridis;
}

Rgb colour_of(ColourMap map, double value) {
  const double clamped = std::clamp(value, 0.0, 1.0);
  return colour_table(map)[static_cast<std::size_t>(std::lround(clamped * 255))];
}

const std::vector<std::string>& colour_map_names() {
  static const std::vector<std::string> names = {"viridis", "cividis", "blue-red"};
  return names;
}

ColourMap colour_map_of(const std::string& name) {
  const auto& names = colour_map_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw UnknownName("colour map", name, names);
  return static_cast<ColourMap>(found - names.begin());
}

ColourRange colour_range(gsl::span<const float> map, MapKind kind, double percentile) {
  std::vector<float> values;
  values.reserve(map.size());
  for (const float value : map) {
    if (!std::isnan(value)) values.push_back(kind == MapKind::kSigned ? std::abs(value) : value);
  }
  if (values.empty()) return {};
  const auto value_at = [&](double percent) {
    const auto last = static_cast<double>(values.size() - 1);
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::lround(last * percent / 100));
    std::nth_element(values.begin(), at, values.end());
    return static_cast<double>(*at);
  };
  double high = value_at(percentile);
  double low = kind == MapKind::kRelative ? value_at(100 - percentile) : 0;
  // Where so few values differ from the rest, those are what there is to see.
  if (high <= low) high = value_at(100);
  if (high <= low && kind == MapKind::kRelative) low = value_at(0);
  if (high <= low) high = low + 1;
  return {kind == MapKind::kSigned ? -high : low, high};
}

}  // namespace differentia

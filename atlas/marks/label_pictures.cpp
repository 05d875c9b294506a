#include "atlas/marks/label_pictures.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <utility>
#include <vector>

#include <opencv2/imgcodecs.hpp>

#include "base/error.h"
#include "base/file.h"

namespace differentia {
namespace {

constexpr int kUnsureSubject = 128;

}  // namespace

cv::Mat read_labels(const std::string& path, Size photo) {
  cv::Mat labels;
  try {
    const std::string bytes = read_whole_file(path);
    if (bytes.empty()) return {};
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    labels =
        cv::imdecode(std::vector<std::uint8_t>(data, data + bytes.size()), cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception&) {
    return {};
  } catch (const FileError&) {
    return {};
  }
  if (labels.empty() || (labels.depth() != CV_8U && labels.depth() != CV_16U)) return {};
  if (labels.channels() > 1) cv::extractChannel(labels, labels, 0);
  const double shape = static_cast<double>(labels.cols) * photo.height / labels.rows / photo.width;
  if (std::abs(shape - 1) > 0.02) return {};
  labels.convertTo(labels, CV_16U);
  return labels;
}

std::uint16_t label_at(const cv::Mat& labels, Size photo, double x, double y) {
  const int column = static_cast<int>(x * labels.cols / photo.width);
  const int row = static_cast<int>(y * labels.rows / photo.height);
  return labels.at<std::uint16_t>(std::clamp(row, 0, labels.rows - 1),
                                  std::clamp(column, 0, labels.cols - 1));
}

cv::Mat subject_pixels(const cv::Mat& labels) {
  return (labels > 0) & (labels != kUnsureSubject);
}

std::map<int, std::string> part_names(const std::string& photo_root) {
  std::map<int, std::string> names;
  std::string text;
  try {
    text = read_whole_file((std::filesystem::path(photo_root) / "parts.csv").string());
  } catch (const FileError&) {
    return names;
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const std::size_t comma = line.find(',');
    const int number = std::atoi(line.c_str());
    if (comma == std::string::npos || number <= 0) continue;  // the header
    std::string name = line.substr(comma + 1);
    std::replace(name.begin(), name.end(), '_', ' ');
    names[number] = std::move(name);
  }
  return names;
}

}  // namespace differentia

#include "base/image/mask.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "base/file.h"

namespace differentia {
namespace {

constexpr int kUnsure = 128;

// So that 255 times the number of pixels fits the integral image's 32 bits.
constexpr double kMostPixels = 4194304;  // 2^22

// Sum over the box from an integral image: bilinear interpolation of the integral is exact for
// pixels of constant value.
double integral_at(const cv::Mat& integral, double x, double y) {
  const int column = std::min(static_cast<int>(x), integral.cols - 2);
  const int row = std::min(static_cast<int>(y), integral.rows - 2);
  const double right = x - column, down = y - row;
  const auto* above = integral.ptr<int>(row);
  const auto* below = integral.ptr<int>(row + 1);
  return (1 - down) * ((1 - right) * above[column] + right * above[column + 1]) +
         down * ((1 - right) * below[column] + right * below[column + 1]);
}

}  // namespace

MaskError::MaskError(const std::string& mask_path, std::string why)
    : FileError(mask_path, fmt::format("The mask '{}' cannot be used: {}.", mask_path, why)),
      reason(std::move(why)) {}

SubjectMask SubjectMask::read(const std::string& path, Size photo) {
  cv::Mat labels;
  try {
    const std::string bytes = read_whole_file(path);
    if (!bytes.empty()) {
      const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
      labels =
          cv::imdecode(std::vector<std::uint8_t>(data, data + bytes.size()), cv::IMREAD_UNCHANGED);
    }
  } catch (const cv::Exception&) {
    labels.release();
  } catch (const FileError&) {  // not there
  }
  if (labels.empty()) {
    throw MaskError(path, "it is not there or not a picture");
  }
  if (labels.depth() != CV_8U && labels.depth() != CV_16U) {
    throw MaskError(path, "its pixels have neither 8 nor 16 bits");
  }
  if (labels.channels() > 1) {
    // Saved as a colour picture: any colour but black is subject, and grey 128 stays unsure.
    cv::Mat largest;
    cv::extractChannel(labels, largest, 0);
    for (int channel = 1; channel < std::min(labels.channels(), 3); ++channel) {
      cv::Mat other;
      cv::extractChannel(labels, other, channel);
      cv::max(largest, other, largest);
    }
    labels = largest;
  }
  const double aspect = static_cast<double>(labels.cols) / labels.rows;
  const double photo_aspect = static_cast<double>(photo.width) / photo.height;
  if (std::abs(aspect / photo_aspect - 1) > 0.02) {
    throw MaskError(path, fmt::format("it is {} × {}, but the photo, turned upright, {} × {}",
                                      labels.cols, labels.rows, photo.width, photo.height));
  }
  return SubjectMask(labels, photo);
}

SubjectMask::SubjectMask(const cv::Mat& labels, Size photo) : photo_(photo) {
  cv::Mat background = labels == 0;  // 255 where so
  cv::Mat subject = (labels != 0) & (labels != kUnsure);
  const cv::Rect box = cv::boundingRect(subject);
  bounds_ = {static_cast<double>(box.x) * photo.width / labels.cols,
             static_cast<double>(box.y) * photo.height / labels.rows,
             static_cast<double>(box.width) * photo.width / labels.cols,
             static_cast<double>(box.height) * photo.height / labels.rows};
  const double shrink = std::sqrt(kMostPixels / static_cast<double>(labels.total()));
  if (shrink < 1) {
    cv::resize(background, background, {}, shrink, shrink, cv::INTER_AREA);
    cv::resize(subject, subject, {}, shrink, shrink, cv::INTER_AREA);
  }
  scale_x_ = static_cast<double>(subject.cols) / photo.width;
  scale_y_ = static_cast<double>(subject.rows) / photo.height;
  cv::integral(background, background_, CV_32S);
  cv::integral(subject, subject_, CV_32S);
}

double SubjectMask::area(const cv::Mat& integral, const Box& box) const {
  const double left = box.x * scale_x_, right = (box.x + box.width) * scale_x_;
  const double top = box.y * scale_y_, bottom = (box.y + box.height) * scale_y_;
  return integral_at(integral, right, bottom) - integral_at(integral, left, bottom) -
         integral_at(integral, right, top) + integral_at(integral, left, top);
}

double SubjectMask::share(const Box& box) const {
  const Box inside = clip(box, photo_);
  const double subject = area(subject_, inside);
  const double known = subject + area(background_, inside);
  // Rounding leaves a trace in a box that is all unsure.
  if (known < 255e-6) return std::numeric_limits<double>::quiet_NaN();
  return std::clamp(subject / known, 0.0, 1.0);
}

double SubjectMask::share() const {
  return share({0, 0, static_cast<double>(photo_.width), static_cast<double>(photo_.height)});
}

Box SubjectMask::bounds() const {
  return bounds_;
}

}  // namespace differentia

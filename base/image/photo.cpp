#include "base/image/photo.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/image/jpeg.h"
#include "base/image/photo_header.h"

namespace differentia {
namespace {

// The largest photos that cameras make have some 150 million pixels; beyond this a header is
// damaged or hostile.
constexpr double kMostPixels = 268435456;  // 2^28

// Enough for the headers of nearly every file (EXIF data and colour profiles come in segments of 64
// kB).
constexpr std::size_t kHeaderBytes = 256 * 1024;

std::vector<std::uint8_t> read_file(const std::string& path, std::size_t most = SIZE_MAX) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) throw PhotoError(path, "it is a folder");
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) {
    throw PhotoError(path, errno == ENOENT
                               ? "there is no such file"
                               : fmt::format("it cannot be opened ({})", std::strerror(errno)));
  }
  const auto length = std::filesystem::file_size(path, error);
  std::vector<std::uint8_t> bytes(std::min<std::size_t>(error ? 0 : length, most));
  const std::size_t got = std::fread(bytes.data(), 1, bytes.size(), file.get());
  if (std::ferror(file.get())) {
    throw PhotoError(path, fmt::format("it cannot be read ({})", std::strerror(errno)));
  }
  bytes.resize(got);
  return bytes;
}

void refuse_unread(const std::string& path, const PhotoHeader& header) {
  if (header.format != PictureFormat::kUnread) return;
  if (header.unread == "empty") throw PhotoError(path, "the file is empty");
  throw PhotoError(
      path, fmt::format("it is {}, which is not read: make it a JPEG or PNG", header.unread));
}

void refuse_absurd(const std::string& path, Size size) {
  if (static_cast<double>(size.width) * size.height <= kMostPixels && size.width >= 0 &&
      size.height >= 0) {
    return;
  }
  throw PhotoError(
      path, fmt::format("it claims {} × {} pixels, more than are read", size.width, size.height));
}

// EXIF 2.3, tag 274: where row 0 and column 0 of the stored picture lie.
cv::Mat orient(const cv::Mat& stored, int orientation) {
  cv::Mat turned;
  switch (orientation) {
    case 2:
      cv::flip(stored, turned, 1);
      return turned;
    case 3:
      cv::rotate(stored, turned, cv::ROTATE_180);
      return turned;
    case 4:
      cv::flip(stored, turned, 0);
      return turned;
    case 5:
      cv::transpose(stored, turned);
      return turned;
    case 6:
      cv::rotate(stored, turned, cv::ROTATE_90_CLOCKWISE);
      return turned;
    case 7:
      cv::transpose(stored, turned);
      cv::rotate(turned, turned, cv::ROTATE_180);
      return turned;
    case 8:
      cv::rotate(stored, turned, cv::ROTATE_90_COUNTERCLOCKWISE);
      return turned;
    default:
      return stored;
  }
}

cv::Mat over_white(const cv::Mat& bgra) {
  cv::Mat bgr(bgra.size(), CV_8UC3);
  for (int y = 0; y < bgra.rows; ++y) {
    const auto* from = bgra.ptr<cv::Vec4b>(y);
    auto* to = bgr.ptr<cv::Vec3b>(y);
    for (int x = 0; x < bgra.cols; ++x) {
      const int alpha = from[x][3];
      for (int channel = 0; channel < 3; ++channel) {
        to[x][channel] =
            static_cast<std::uint8_t>((from[x][channel] * alpha + 255 * (255 - alpha) + 127) / 255);
      }
    }
  }
  return bgr;
}

// Any depth and number of channels as OpenCV decodes them, to 8-bit BGR.
cv::Mat to_bgr(const std::string& path, const cv::Mat& decoded) {
  cv::Mat eight;
  switch (decoded.depth()) {
    case CV_8U:
      eight = decoded;
      break;
    case CV_16U:
      decoded.convertTo(eight, CV_8U, 1.0 / 257);
      break;
    default:
      throw PhotoError(path, "its pixels are neither 8 nor 16 bits: make it a JPEG or PNG");
  }
  cv::Mat bgr;
  switch (eight.channels()) {
    case 1:
      cv::cvtColor(eight, bgr, cv::COLOR_GRAY2BGR);
      return bgr;
    case 2:
      cv::extractChannel(eight, bgr, 0);
      cv::cvtColor(bgr, bgr, cv::COLOR_GRAY2BGR);
      return bgr;
    case 3:
      return eight;
    case 4:
      return over_white(eight);
    default:
      throw PhotoError(path, fmt::format("it has {} channels", eight.channels()));
  }
}

Photo decode_by_opencv(const std::string& path, const std::vector<std::uint8_t>& bytes,
                       const PhotoHeader& header) {
  cv::Mat decoded;
  try {
    decoded = cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception& error) {
    throw PhotoError(path, fmt::format("its data are damaged ({})", error.err));
  }
  if (decoded.empty()) throw PhotoError(path, "its data are damaged or cut off");
  Photo photo;
  photo.bgr = to_bgr(path, decoded);
  // OpenCV orients TIFFs by itself.
  if (header.format != PictureFormat::kTiff) photo.bgr = orient(photo.bgr, header.orientation);
  photo.full_size = {photo.bgr.cols, photo.bgr.rows};
  return photo;
}

}  // namespace

PhotoError::PhotoError(const std::string& photo_path, std::string why)
    : FileError(photo_path, fmt::format("The photo '{}' cannot be used: {}.", photo_path, why)),
      reason(std::move(why)) {}

Photo decode_photo(const std::string& path, const DecodeOptions& options) {
  const std::vector<std::uint8_t> bytes = read_file(path);
  const PhotoHeader header = read_photo_header(bytes);
  refuse_unread(path, header);
  refuse_absurd(path, header.stored);
  if (header.format != PictureFormat::kJpeg) return decode_by_opencv(path, bytes, header);
  JpegPicture jpeg = decode_jpeg(bytes, header, options.shorter_side, kMostPixels);
  if (!jpeg.error.empty()) throw PhotoError(path, jpeg.error);
  Photo photo;
  photo.bgr = orient(jpeg.bgr, header.orientation);
  photo.full_size = oriented_size(jpeg.full_size, header.orientation);
  photo.repair = jpeg.repair;
  return photo;
}

Size photo_size(const std::string& path) {
  std::vector<std::uint8_t> bytes = read_file(path, kHeaderBytes);
  PhotoHeader header = read_photo_header(bytes);
  if (header.stored.width == 0 && bytes.size() == kHeaderBytes) {
    bytes = read_file(path);
    header = read_photo_header(bytes);
  }
  refuse_unread(path, header);
  refuse_absurd(path, header.stored);
  if (header.stored.width > 0 && header.stored.height > 0) {
    return oriented_size(header.stored, header.orientation);
  }
  return decode_photo(path).full_size;  // formats whose header is not read here
}

}  // namespace differentia

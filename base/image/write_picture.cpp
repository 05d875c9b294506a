#include "base/image/write_picture.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include <fmt/format.h>
#include <opencv2/imgcodecs.hpp>

#include "base/error.h"
#include "base/file.h"

namespace differentia {
namespace {

void write_bytes(const std::string& path, const std::vector<std::uint8_t>& bytes) {
  write_whole_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

std::vector<std::uint8_t> encode_png(const cv::Mat& picture) {
  std::vector<std::uint8_t> bytes;
  cv::imencode(".png", picture, bytes);
  return bytes;
}

std::vector<std::uint8_t> encode_jpeg(const cv::Mat& bgr, int quality) {
  std::vector<std::uint8_t> bytes;
  cv::imencode(".jpg", bgr, bytes, {cv::IMWRITE_JPEG_QUALITY, quality});
  return bytes;
}

void write_picture(const std::string& path, const cv::Mat& picture, int quality) {
  std::string extension = std::filesystem::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension == ".png") {
    write_bytes(path, encode_png(picture));
  } else if (extension == ".jpg" || extension == ".jpeg") {
    write_bytes(path, encode_jpeg(picture, quality));
  } else {
    throw InputError(fmt::format("'{}' is to be a picture: name it .png or .jpg.", path));
  }
}

}  // namespace differentia

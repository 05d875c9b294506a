#include "base/image/write_picture.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <opencv2/imgcodecs.hpp>

#include "base/error.h"

namespace differentia {
namespace {

void write_bytes(const std::string& path, const std::vector<std::uint8_t>& bytes) {
  errno = 0;
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) {
    if (errno == ENOSPC || errno == EDQUOT) throw DiskFull(path);
    throw FileError(path, fmt::format("'{}' cannot be written ({}).", path, std::strerror(errno)));
  }
  errno = 0;
  bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  int problem = errno;
  if (std::fclose(file) != 0) {  // the last bytes reach the disk only now
    if (written) problem = errno;
    written = false;
  }
  if (written) return;
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  if (problem == ENOSPC || problem == EDQUOT) throw DiskFull(path);
  throw FileError(path,
                  fmt::format("'{}' could not be written ({}).", path, std::strerror(problem)));
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

#pragma once

// Writing pictures to disk and to memory.

#include <cstdint>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

namespace differentia {

// The same pixels give the same bytes. `quality`: JPEG's, 1…100.
std::vector<std::uint8_t> encode_png(const cv::Mat& picture);
std::vector<std::uint8_t> encode_jpeg(const cv::Mat& bgr, int quality = 90);

// By the name's extension: .png, .jpg or .jpeg; 8UC1, 8UC3 (BGR) or, for PNG, 8UC4. Nothing is left
// behind on failure. Throws InputError for another extension, DiskFull, FileError.
void write_picture(const std::string& path, const cv::Mat& picture, int quality = 90);

}  // namespace differentia

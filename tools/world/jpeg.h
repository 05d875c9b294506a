#pragma once

// JPEG files as a camera writes them: the picture turned, and an EXIF orientation that turns it
// back.

#include <cstdint>
#include <vector>

#include <opencv2/core.hpp>

namespace differentia::world {

// `oriented` (CV_8UC3) is what a reader that honours EXIF sees; `orientation` is EXIF's number, 1
// to 8.
std::vector<std::uint8_t> encode_jpeg(const cv::Mat& oriented, int quality, int orientation);

}  // namespace differentia::world

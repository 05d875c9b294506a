#pragma once

// JPEG decoding by libjpeg-turbo, for what OpenCV does not give: scaled decoding, the decoder's
// warnings, CMYK.

#include <string>

#include <opencv2/core.hpp>

#include "base/image/photo_header.h"

namespace differentia {

struct JpegPicture {
  cv::Mat bgr;         // 8UC3, as stored (not oriented)
  Size full_size;      // as stored
  std::string repair;  // empty, or what the decoder warned of
  std::string error;   // not empty: nothing could be decoded, and why
};

// `shorter_side`: as in DecodeOptions. `most_pixels`: larger pictures are refused.
JpegPicture decode_jpeg(Bytes bytes, const PhotoHeader& header, int shorter_side,
                        double most_pixels);

}  // namespace differentia

#pragma once

// Decoding a photo as it was meant to be seen: EXIF orientation applied, any bit depth, grey and
// alpha turned into 8-bit BGR, large JPEGs decoded at a fraction of their size.

#include <string>

#include <opencv2/core.hpp>

#include "base/error.h"
#include "base/photo_geometry.h"

namespace differentia {

// A photo that cannot be read at all; what() says why ("it is a GIF, not a JPEG, PNG, …").
class PhotoError : public FileError {
 public:
  PhotoError(const std::string& path, std::string reason);
  const std::string reason;  // without the path, for lists
};

struct Photo {
  cv::Mat bgr;         // 8UC3, oriented; maybe scaled down
  Size full_size;      // oriented, as stored in the file: photo coordinates refer to this
  std::string repair;  // empty, or what the decoder mended ("truncated: the lower part is missing")
};

struct DecodeOptions {
  // Decode no finer than needed for this shorter side (JPEGs scale by 1/2, 1/4, 1/8 while
  // decoding); 0: full size.
  int shorter_side = 0;
};

// Throws PhotoError.
Photo decode_photo(const std::string& path, const DecodeOptions& options = {});

// Oriented size without decoding the pixels where the format allows. Throws PhotoError.
Size photo_size(const std::string& path);

}  // namespace differentia

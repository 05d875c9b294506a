#pragma once

// What the first bytes of a picture file say: its format, size and orientation. Nothing is decoded.

#include <cstdint>
#include <optional>
#include <string>

#include <gsl/span>

#include "base/photo_geometry.h"

namespace differentia {

using Bytes = gsl::span<const std::uint8_t>;

enum class PictureFormat { kJpeg, kPng, kWebp, kTiff, kBmp, kJpeg2000, kPnm, kUnread };

struct PhotoHeader {
  PictureFormat format = PictureFormat::kUnread;
  std::string unread;  // for kUnread: what it is instead ("a GIF", "empty", "text")
  Size stored;  // as stored, before orientation; 0 × 0 where the header was not found in the bytes
                // given
  int orientation = 1;  // EXIF 2.3, tag 274: 1…8; 1 where absent or invalid
  bool adobe = false;   // JPEG with an Adobe marker: its CMYK is inverted
};

// `bytes`: the file or its beginning. Never reads outside `bytes`, whatever they hold.
PhotoHeader read_photo_header(Bytes bytes);

// The size of a picture after its orientation is applied: 5 to 8 exchange width and height.
Size oriented_size(Size stored, int orientation);

}  // namespace differentia

#pragma once

// Crops of a photo's file: pixels upright, date, place, camera and colour profile kept.
//
// A JPEG is cut along its blocks, so that its data need not be coded anew and no quality is lost;
// rotated photos are turned in the same way. A JPEG that had to be repaired, or whose blocks are
// not of a usual kind, is coded anew at quality kCropQuality; of all other formats a crop is a PNG.

#include <cstdint>
#include <string>
#include <vector>

#include "base/crop_box.h"
#include "base/image/photo.h"
#include "base/image/photo_header.h"

namespace differentia {

inline constexpr int kCropQuality = 95;

// Date, place, camera of a crop: the photo's; none as the photo has none; none as they are not read
// from the photo's format (TIFF, JPEG 2000).
enum class Carried { kKept, kNone, kUnread };

struct CutPhoto {
  std::vector<std::uint8_t> bytes;  // of a file
  bool coded_anew = false;          // a JPEG's pixels were; else they are the photo's own
  Carried metadata = Carried::kNone;
};

// Immutable; safe to use from any thread. Keeps the file's bytes.
class PhotoCutter {
 public:
  // `photo`: what decode_photo made of the file, at full size; kept alive by its pixels. Throws
  // FileError.
  PhotoCutter(const std::string& path, const Photo& photo);

  // Where crops may lie, in photo coordinates. Of some rotated JPEGs a strip narrower than a block
  // at one edge cannot be had.
  const CropFrame& frame() const { return frame_; }

  const char* extension() const { return jpeg_ ? ".jpg" : ".png"; }
  std::size_t source_bytes() const { return bytes_.size(); }

  // REQUIRES: `box` is one of crop_box's in frame().
  CutPhoto cut(const Box& box) const;

 private:
  std::vector<std::uint8_t> cut_blocks(const Box& box) const;

  Photo photo_;
  std::vector<std::uint8_t> bytes_;
  PhotoHeader header_;
  bool jpeg_ = false;
  bool along_blocks_ = false;
  Size block_;  // as stored
  CropFrame frame_;
};

}  // namespace differentia

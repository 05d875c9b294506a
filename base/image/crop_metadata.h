#pragma once

// What a photo says of itself besides its pixels (date, place, camera, colour profile, credit), for
// a crop of it to carry on.
//
// It is copied as it is but for what a crop makes untrue: the orientation becomes 1, as the crop's
// pixels are upright; the pixel size becomes the crop's; the embedded thumbnail, which shows the
// whole photo, is taken out. Maker notes stay where they were in the EXIF data, so that the offsets
// in them hold.
//
// Sources: EXIF 2.32; XMP part 3 (2020); ICC.1 annex B; PNG third edition; Adobe's image resource
// blocks.

#include <cstdint>
#include <string>
#include <vector>

#include "base/image/photo_header.h"
#include "base/photo_geometry.h"

namespace differentia {

struct CropMetadata {
  std::vector<std::uint8_t>
      exif;         // a TIFF structure, without "Exif\0\0"; empty where there is none
  std::string xmp;  // a packet; empty where there is none
  // Colour profile, IPTC credit, comments: whole JPEG segments or whole PNG chunks, as stored.
  std::vector<std::vector<std::uint8_t>> others;
};

// Of a JPEG, PNG or WebP file (of this only the EXIF data) whose crop will have `crop` pixels;
// empty of other formats. Never reads outside `bytes`, whatever they hold.
CropMetadata crop_metadata(Bytes bytes, Size crop);

// `picture` (a JPEG or a PNG, without metadata of its own) with the metadata put in. `others` must
// come from a file of the same format. EXIF data too long for a JPEG segment are left out.
std::vector<std::uint8_t> with_metadata(Bytes picture, const CropMetadata& metadata);

}  // namespace differentia

#pragma once

// Icons into JPEG sheets while an atlas is written. Internal to the store.

#include <cstdint>
#include <string>
#include <vector>

#include <gsl/span>

#include "base/file.h"

namespace differentia::store {

// An RGB picture (3 bytes a pixel, row-major) as JPEG. Throws std::runtime_error.
std::string encode_jpeg(gsl::span<const std::uint8_t> rgb, int width, int height, int quality = 90);

// Tiles of the sheet that is not full yet are kept as pixels under work/, so that a build that goes
// on encodes every sheet once, from the same pixels.
class IconWriter {
 public:
  // `icons`: how many count already.
  IconWriter(std::string folder, std::int32_t icons);

  // A tile of kIconTile * kIconTile * 3 bytes, RGB. Returns its number.
  std::int32_t add(gsl::span<const std::uint8_t> rgb);
  std::int32_t icons() const { return icons_; }

  void commit();        // all of it on the disk
  void after_commit();  // the pixels of full sheets are let go
  void finish();        // encodes the last sheet

 private:
  void encode(std::int32_t sheet, std::int32_t tiles);
  std::string pixel_file(std::int32_t sheet) const;

  std::string folder_;
  std::int32_t icons_ = 0;
  std::vector<std::uint8_t> pixels_;       // of the growing sheet, tile after tile
  std::size_t saved_ = 0;                  // bytes of pixels_ that are in the file
  std::vector<std::int32_t> full_sheets_;  // encoded since the last commit
};

}  // namespace differentia::store

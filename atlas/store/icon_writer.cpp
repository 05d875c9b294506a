#include "atlas/store/icon_writer.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <turbojpeg.h>

#include "atlas/store/format.h"

namespace differentia::store {
namespace {

constexpr std::size_t kTileBytes = std::size_t{kIconTile} * kIconTile * 3;
constexpr std::int32_t kTilesPerSheet = kIconsPerSide * kIconsPerSide;

}  // namespace

std::string encode_jpeg(gsl::span<const std::uint8_t> rgb, int width, int height, int quality) {
  const std::unique_ptr<void, int (*)(tjhandle)> encoder(tjInitCompress(), tjDestroy);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const int failed = tjCompress2(encoder.get(), rgb.data(), width, 0, height, TJPF_RGB, &bytes,
                                 &size, TJSAMP_420, quality, TJFLAG_ACCURATEDCT);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(bytes, tjFree);
  if (failed != 0) throw std::runtime_error(std::string("JPEG: ") + tjGetErrorStr2(encoder.get()));
  return {reinterpret_cast<const char*>(bytes), size};
}

IconWriter::IconWriter(std::string folder, std::int32_t icons)
    : folder_(std::move(folder)), icons_(icons) {
  std::filesystem::create_directories(folder_ + "/" + kPictureFolder);
  const auto tiles = static_cast<std::size_t>(icons_ % kTilesPerSheet);
  if (tiles == 0) return;
  pixels_.resize(tiles * kTileBytes);
  File(pixel_file(icons_ / kTilesPerSheet), File::Mode::kRead)
      .read_at(0, pixels_.data(), pixels_.size());
  saved_ = pixels_.size();
}

std::string IconWriter::pixel_file(std::int32_t sheet) const {
  return fmt::format("{}/{}/icons-{:04}.rgb", folder_, kWorkFolder, sheet);
}

std::int32_t IconWriter::add(gsl::span<const std::uint8_t> rgb) {
  if (rgb.size() != kTileBytes) throw std::logic_error("an icon of the wrong size");
  pixels_.insert(pixels_.end(), rgb.begin(), rgb.end());
  const auto number = icons_++;
  if (icons_ % kTilesPerSheet == 0) {
    const auto sheet = number / kTilesPerSheet;
    encode(sheet, kTilesPerSheet);
    full_sheets_.push_back(sheet);
    pixels_.clear();
    saved_ = 0;
  }
  return number;
}

void IconWriter::encode(std::int32_t sheet, std::int32_t tiles) {
  const auto rows = (tiles + kIconsPerSide - 1) / kIconsPerSide;
  constexpr std::size_t kSheetRow = std::size_t{kIconsPerSide} * kIconTile * 3;
  std::vector<std::uint8_t> picture(kSheetRow * static_cast<std::size_t>(rows * kIconTile));
  for (std::int32_t tile = 0; tile < tiles; ++tile) {
    const auto* from = pixels_.data() + static_cast<std::size_t>(tile) * kTileBytes;
    auto* to = picture.data() +
               static_cast<std::size_t>(tile / kIconsPerSide) * kIconTile * kSheetRow +
               static_cast<std::size_t>(tile % kIconsPerSide) * kIconTile * 3;
    for (int y = 0; y < kIconTile; ++y)
      std::copy_n(from + y * kIconTile * 3, kIconTile * 3,
                  to + static_cast<std::size_t>(y) * kSheetRow);
  }
  write_whole_file(folder_ + "/" + icon_sheet_file(sheet),
                   encode_jpeg(picture, kIconsPerSide * kIconTile, rows * kIconTile));
}

void IconWriter::commit() {
  if (saved_ == pixels_.size()) return;
  const auto path = pixel_file(icons_ / kTilesPerSheet);
  File file(path, saved_ == 0 ? File::Mode::kCreate : File::Mode::kWrite);
  file.write_at(saved_, pixels_.data() + saved_, pixels_.size() - saved_);
  file.sync();
  saved_ = pixels_.size();
}

void IconWriter::after_commit() {
  for (const auto sheet : full_sheets_) std::filesystem::remove(pixel_file(sheet));
  full_sheets_.clear();
}

void IconWriter::finish() {
  const auto tiles = icons_ % kTilesPerSheet;
  if (tiles > 0) encode(icons_ / kTilesPerSheet, tiles);
}

}  // namespace differentia::store

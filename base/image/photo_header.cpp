#include "base/image/photo_header.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>

namespace differentia {
namespace {

// Reads numbers at offsets; outside the bytes everything is 0.
class ByteReader {
 public:
  ByteReader(Bytes bytes, bool little_endian) : bytes_(bytes), little_endian_(little_endian) {}

  std::size_t size() const { return bytes_.size(); }
  bool holds(std::size_t offset, std::size_t count) const {
    return offset <= bytes_.size() && count <= bytes_.size() - offset;
  }
  std::uint8_t u8(std::size_t offset) const { return holds(offset, 1) ? bytes_[offset] : 0; }
  std::uint32_t u16(std::size_t offset) const {
    const std::uint32_t first = u8(offset), second = u8(offset + 1);
    return little_endian_ ? first | second << 8 : first << 8 | second;
  }
  std::uint32_t u32(std::size_t offset) const {
    const std::uint32_t first = u16(offset), second = u16(offset + 2);
    return little_endian_ ? first | second << 16 : first << 16 | second;
  }
  bool has(std::size_t offset, std::string_view text) const {
    return holds(offset, text.size()) &&
           std::equal(text.begin(), text.end(), bytes_.begin() + static_cast<long>(offset),
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
  }
  Bytes from(std::size_t offset, std::size_t count) const {
    if (offset >= bytes_.size()) return {};
    return bytes_.subspan(offset, std::min(count, bytes_.size() - offset));
  }

 private:
  Bytes bytes_;
  bool little_endian_;
};

struct TiffDirectory {
  Size size;
  int orientation = 1;
};

// The first directory of a TIFF structure, which EXIF data are too (TIFF 6.0, section 2).
TiffDirectory read_tiff_directory(Bytes tiff) {
  TiffDirectory directory;
  if (tiff.size() < 8) return directory;
  const bool little_endian = tiff[0] == 'I';
  const ByteReader reader(tiff, little_endian);
  if (reader.u16(2) != 42) return directory;
  const std::size_t start = reader.u32(4);
  const std::size_t entries = reader.u16(start);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = start + 2 + 12 * i;
    if (!reader.holds(entry, 12)) break;
    const bool is_short = reader.u16(entry + 2) == 3;
    const std::uint32_t value = is_short ? reader.u16(entry + 8) : reader.u32(entry + 8);
    switch (reader.u16(entry)) {
      case 256:
        directory.size.width = static_cast<int>(value);
        break;
      case 257:
        directory.size.height = static_cast<int>(value);
        break;
      case 274:
        if (value >= 1 && value <= 8) directory.orientation = static_cast<int>(value);
        break;
      default:
        break;
    }
  }
  return directory;
}

// ITU T.81, annex B: segments of a marker and a length up to the start of a frame.
void read_jpeg(const ByteReader& reader, PhotoHeader& header) {
  std::size_t at = 2;
  while (reader.holds(at, 4)) {
    if (reader.u8(at) != 0xFF) {
      ++at;  // decoders skip garbage between segments
      continue;
    }
    const std::uint8_t marker = reader.u8(at + 1);
    if (marker == 0xFF) {
      ++at;  // fill byte
      continue;
    }
    if (marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
      at += 2;  // markers without a length
      continue;
    }
    if (marker == 0xD9 || marker == 0xDA) break;  // end of the picture, start of the scan
    const std::size_t length = reader.u16(at + 2);
    if (marker == 0xE1 && reader.has(at + 4, std::string_view("Exif\0\0", 6)) && length > 8) {
      header.orientation = read_tiff_directory(reader.from(at + 10, length - 8)).orientation;
    } else if (marker == 0xEE && reader.has(at + 4, "Adobe")) {
      header.adobe = true;
    } else if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 &&
               marker != 0xCC && reader.holds(at + 5, 4)) {
      header.stored = {static_cast<int>(reader.u16(at + 7)), static_cast<int>(reader.u16(at + 5))};
      break;
    }
    at += 2 + std::max<std::size_t>(length, 2);
  }
}

// PNG (W3C, second edition): chunks of length, type, data, checksum. eXIf may stand anywhere before
// IEND.
void read_png(const ByteReader& reader, PhotoHeader& header) {
  header.stored = {static_cast<int>(reader.u32(16)), static_cast<int>(reader.u32(20))};
  std::size_t at = 8;
  while (reader.holds(at, 12)) {
    const std::size_t length = reader.u32(at);
    if (reader.has(at + 4, "eXIf")) {
      header.orientation = read_tiff_directory(reader.from(at + 8, length)).orientation;
      return;
    }
    at += 12 + length;
  }
}

// WebP container (Google, "WebP Container Specification"): RIFF chunks of type, length, data padded
// to even length.
void read_webp(const ByteReader& little, PhotoHeader& header) {
  std::size_t at = 12;
  while (little.holds(at, 8)) {
    const std::size_t length = little.u32(at + 4);
    const std::size_t data = at + 8;
    if (little.has(at, "VP8X")) {
      header.stored = {static_cast<int>((little.u32(data + 4) & 0xFFFFFF) + 1),
                       static_cast<int>((little.u32(data + 7) & 0xFFFFFF) + 1)};
    } else if (little.has(at, "VP8 ") && header.stored.width == 0) {
      header.stored = {static_cast<int>(little.u16(data + 6) & 0x3FFF),
                       static_cast<int>(little.u16(data + 8) & 0x3FFF)};
    } else if (little.has(at, "VP8L") && header.stored.width == 0) {
      const std::uint32_t bits = little.u32(data + 1);
      header.stored = {static_cast<int>((bits & 0x3FFF) + 1),
                       static_cast<int>((bits >> 14 & 0x3FFF) + 1)};
    } else if (little.has(at, "EXIF")) {
      // Some writers keep JPEG's prefix.
      const std::size_t skip = little.has(data, std::string_view("Exif\0\0", 6)) ? 6 : 0;
      header.orientation = read_tiff_directory(little.from(data + skip, length)).orientation;
    }
    at = data + length + (length & 1);
  }
}

bool looks_like_text(Bytes bytes) {
  const std::size_t looked = std::min<std::size_t>(bytes.size(), 512);
  return std::all_of(bytes.begin(), bytes.begin() + static_cast<long>(looked), [](std::uint8_t c) {
    return c >= 0x20 || c == '\n' || c == '\r' || c == '\t';
  });
}

std::string name_unread(const ByteReader& reader, Bytes bytes) {
  if (bytes.empty()) return "empty";
  if (reader.has(0, "GIF8")) return "a GIF";
  if (reader.has(4, "ftyp")) {
    for (const char* brand : {"heic", "heix", "hevc", "mif1", "msf1"}) {
      if (reader.has(8, brand)) return "a HEIC";
    }
    if (reader.has(8, "avif") || reader.has(8, "avis")) return "an AVIF";
    return "a video";
  }
  if (reader.has(0, "%PDF")) return "a PDF";
  if (reader.has(0, "8BPS")) return "a Photoshop file";
  if (reader.has(0, "PK\x03\x04")) return "a ZIP archive";
  if (looks_like_text(bytes)) {
    std::string start;
    for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 256); ++i) {
      start += static_cast<char>(std::tolower(bytes[i]));
    }
    if (start.find("<html") != std::string::npos || start.find("<!doctype") != std::string::npos) {
      return "a web page";
    }
    return "text";
  }
  return "of an unknown format";
}

}  // namespace

PhotoHeader read_photo_header(Bytes bytes) {
  PhotoHeader header;
  const ByteReader big(bytes, false);
  const ByteReader little(bytes, true);
  if (big.has(0, "\xFF\xD8\xFF")) {
    header.format = PictureFormat::kJpeg;
    read_jpeg(big, header);
  } else if (big.has(0, "\x89PNG\r\n\x1A\n")) {
    header.format = PictureFormat::kPng;
    read_png(big, header);
  } else if (big.has(0, "RIFF") && big.has(8, "WEBP")) {
    header.format = PictureFormat::kWebp;
    read_webp(little, header);
  } else if (big.has(0, std::string_view("II*\0", 4)) || big.has(0, std::string_view("MM\0*", 4))) {
    header.format = PictureFormat::kTiff;
    const TiffDirectory directory = read_tiff_directory(bytes);
    header.stored = directory.size;
    header.orientation = directory.orientation;
  } else if (big.has(0, "BM") && bytes.size() >= 26) {
    header.format = PictureFormat::kBmp;
    header.stored = {std::abs(static_cast<int>(little.u32(18))),
                     std::abs(static_cast<int>(little.u32(22)))};
  } else if (big.has(4, "jP  ") || big.has(0, "\xFF\x4F\xFF\x51")) {
    header.format = PictureFormat::kJpeg2000;
  } else if (bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
             std::isspace(bytes[2])) {
    header.format = PictureFormat::kPnm;
  } else {
    header.unread = name_unread(big, bytes);
  }
  return header;
}

Size oriented_size(Size stored, int orientation) {
  return orientation >= 5 ? Size{stored.height, stored.width} : stored;
}

}  // namespace differentia

#include "base/image/crop_metadata.h"

#include <algorithm>
#include <string_view>

#include <zlib.h>

namespace differentia {
namespace {

using Buffer = std::vector<std::uint8_t>;

constexpr std::string_view kExif("Exif\0\0", 6);
constexpr std::string_view kXmp("http://ns.adobe.com/xap/1.0/\0", 29);
constexpr std::string_view kIcc("ICC_PROFILE\0", 12);
constexpr std::string_view kPhotoshop("Photoshop 3.0\0", 14);
constexpr std::string_view kPngXmp("XML:com.adobe.xmp\0\0\0\0\0", 22);  // not compressed

bool has(Bytes bytes, std::size_t at, std::string_view text) {
  return at <= bytes.size() && text.size() <= bytes.size() - at &&
         std::equal(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

std::uint32_t big32(Bytes bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | (at + i < bytes.size() ? bytes[at + i] : 0u);
  return value;
}

void append(Buffer& buffer, Bytes bytes) {
  buffer.insert(buffer.end(), bytes.begin(), bytes.end());
}

void append(Buffer& buffer, std::string_view text) {
  buffer.insert(buffer.end(), text.begin(), text.end());
}

void append_big(Buffer& buffer, std::uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    buffer.push_back(static_cast<std::uint8_t>(value >> shift));
}

// EXIF data under change; outside them everything reads as 0 and writing does nothing.
class Tiff {
 public:
  explicit Tiff(Buffer& data) : data_(data), little_(!data.empty() && data[0] == 'I') {}

  bool valid() const { return data_.size() >= 8 && number(2, 2) == 42; }

  std::uint32_t number(std::size_t at, std::size_t bytes) const {
    std::uint32_t value = 0;
    if (at > data_.size() || bytes > data_.size() - at) return 0;
    for (std::size_t i = 0; i < bytes; ++i)
      value |= static_cast<std::uint32_t>(data_[at + i]) << 8 * (little_ ? i : bytes - 1 - i);
    return value;
  }
  void set(std::size_t at, std::size_t bytes, std::uint32_t value) {
    if (at > data_.size() || bytes > data_.size() - at) return;
    for (std::size_t i = 0; i < bytes; ++i)
      data_[at + i] = static_cast<std::uint8_t>(value >> 8 * (little_ ? i : bytes - 1 - i));
  }

  // Position of a directory's entry with that tag; 0: it has none.
  std::size_t entry(std::size_t directory, std::uint32_t tag) const {
    const std::size_t entries = number(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
      const std::size_t at = directory + 2 + 12 * i;
      if (at + 12 > data_.size()) break;
      if (number(at, 2) == tag) return at;
    }
    return 0;
  }
  // A single SHORT or LONG.
  std::uint32_t value(std::size_t entry) const {
    if (entry == 0 || number(entry + 4, 4) != 1) return 0;
    return number(entry + 2, 2) == 3 ? number(entry + 8, 2) : number(entry + 8, 4);
  }
  void set_value(std::size_t entry, std::uint32_t value) {
    if (entry == 0 || number(entry + 4, 4) != 1) return;
    set(entry + 8, number(entry + 2, 2) == 3 ? 2 : 4, value);
  }

  // The next directory is the thumbnail's. What it points to is blanked, and cut off where it ends
  // the data, as it usually does.
  void take_thumbnail_out() {
    const std::size_t first = number(4, 4);
    const std::size_t link = first + 2 + 12 * static_cast<std::size_t>(number(first, 2));
    const std::size_t thumbnail = number(link, 4);
    if (thumbnail == 0) return;
    const std::size_t at = value(entry(thumbnail, 0x201)), length = value(entry(thumbnail, 0x202));
    set(link, 4, 0);
    if (at == 0 || at >= data_.size()) return;
    const std::size_t end = std::min(data_.size(), at + length);
    std::fill(data_.begin() + static_cast<std::ptrdiff_t>(at),
              data_.begin() + static_cast<std::ptrdiff_t>(end), std::uint8_t{0});
    if (data_.size() - end <= 16) data_.resize(at);
  }

 private:
  Buffer& data_;
  bool little_;
};

Buffer exif_of_crop(Bytes exif, Size crop) {
  Buffer data(exif.begin(), exif.end());
  Tiff tiff(data);
  if (!tiff.valid()) return {};
  const auto width = static_cast<std::uint32_t>(crop.width);
  const auto height = static_cast<std::uint32_t>(crop.height);
  const std::size_t first = tiff.number(4, 4);
  tiff.set_value(tiff.entry(first, 0x112), 1);  // orientation
  tiff.set_value(tiff.entry(first, 0x100), width);
  tiff.set_value(tiff.entry(first, 0x101), height);
  if (const std::size_t camera = tiff.value(tiff.entry(first, 0x8769))) {
    tiff.set_value(tiff.entry(camera, 0xA002), width);
    tiff.set_value(tiff.entry(camera, 0xA003), height);
  }
  tiff.take_thumbnail_out();
  return data;
}

// tiff:Orientation is written as an attribute or as an element.
std::string xmp_of_crop(std::string packet) {
  if (packet.find("xmpGImg:image") != std::string::npos) return {};  // has a thumbnail in it
  for (const std::string_view before :
       {"tiff:Orientation=\"", "tiff:Orientation='", "<tiff:Orientation>"}) {
    const std::size_t at = packet.find(before);
    if (at == std::string::npos || at + before.size() >= packet.size()) continue;
    char& digit = packet[at + before.size()];
    if (digit >= '1' && digit <= '8') digit = '1';
  }
  return packet;
}

// Of Photoshop's blocks only IPTC's (number 0x0404): others hold thumbnails, paths, print settings.
Buffer iptc_segment(Bytes segment) {
  std::size_t at = 4 + kPhotoshop.size();
  while (has(segment, at, "8BIM") && at + 8 <= segment.size()) {
    const std::uint32_t number = big32(segment, at + 4) >> 16;
    const std::size_t name = (segment[at + 6] + 2u) / 2 * 2;  // with its length, padded
    const std::size_t length = big32(segment, at + 6 + name);
    const std::size_t end = at + 10 + name + (length + 1) / 2 * 2;
    if (end > segment.size()) break;
    if (number == 0x0404) {
      Buffer result = {0xFF, 0xED};
      append_big(result, static_cast<std::uint32_t>(2 + kPhotoshop.size() + end - at), 2);
      append(result, kPhotoshop);
      append(result, segment.subspan(at, end - at));
      return result;
    }
    at = end;
  }
  return {};
}

CropMetadata of_jpeg(Bytes bytes, Size crop) {
  CropMetadata result;
  std::size_t at = 2;
  while (at + 4 <= bytes.size()) {
    if (bytes[at] != 0xFF || bytes[at + 1] == 0xFF) {
      ++at;
      continue;
    }
    const int marker = bytes[at + 1];
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
      at += 2;
      continue;
    }
    if (marker == 0xD9 || marker == 0xDA) break;
    const std::size_t length = std::size_t{2} + (big32(bytes, at + 2) >> 16);
    if (length < 4 || length > bytes.size() - at) break;
    const Bytes segment = bytes.subspan(at, length);
    if (marker == 0xE1 && has(segment, 4, kExif) && result.exif.empty()) {
      result.exif = exif_of_crop(segment.subspan(4 + kExif.size()), crop);
    } else if (marker == 0xE1 && has(segment, 4, kXmp)) {
      const Bytes packet = segment.subspan(4 + kXmp.size());
      result.xmp = xmp_of_crop(std::string(packet.begin(), packet.end()));
    } else if (marker == 0xED && has(segment, 4, kPhotoshop)) {
      Buffer iptc = iptc_segment(segment);
      if (!iptc.empty()) result.others.push_back(std::move(iptc));
    } else if (marker == 0xFE || (marker == 0xE2 && has(segment, 4, kIcc))) {
      result.others.emplace_back(segment.begin(), segment.end());
    }
    at += length;
  }
  return result;
}

CropMetadata of_png(Bytes bytes, Size crop) {
  CropMetadata result;
  const bool grey = bytes.size() > 25 && (bytes[25] & 2) == 0 && bytes[25] != 3;
  std::size_t at = 8;
  while (at + 12 <= bytes.size()) {
    const std::size_t length = big32(bytes, at);
    if (length > bytes.size() - at - 12) break;
    const Bytes data = bytes.subspan(at + 8, length);
    const auto is = [&](std::string_view type) { return has(bytes, at + 4, type); };
    const bool text = is("tEXt") || is("zTXt") || is("iTXt");
    // A profile of grey values does not fit a crop in colours.
    if (is("eXIf") && result.exif.empty()) {
      result.exif = exif_of_crop(data, crop);
    } else if (is("iTXt") && has(data, 0, kPngXmp)) {
      const Bytes packet = data.subspan(kPngXmp.size());
      result.xmp = xmp_of_crop(std::string(packet.begin(), packet.end()));
    } else if (is("gAMA") || is("cHRM") || is("sRGB") || is("pHYs") || (is("iCCP") && !grey) ||
               (text && !has(data, 0, "Raw profile type"))) {
      const Bytes chunk = bytes.subspan(at, length + 12);
      result.others.emplace_back(chunk.begin(), chunk.end());
    }
    at += 12 + length;
  }
  return result;
}

CropMetadata of_webp(Bytes bytes, Size crop) {
  CropMetadata result;
  std::size_t at = 12;
  while (at + 8 <= bytes.size()) {
    const std::uint32_t swapped = big32(bytes, at + 4);
    const std::size_t length =
        (swapped & 0xFF) << 24 | (swapped & 0xFF00) << 8 | (swapped >> 8 & 0xFF00) | swapped >> 24;
    if (length > bytes.size() - at - 8) break;
    if (has(bytes, at, "EXIF")) {
      const Bytes data = bytes.subspan(at + 8, length);
      // Some writers keep JPEG's prefix.
      result.exif = exif_of_crop(has(data, 0, kExif) ? data.subspan(kExif.size()) : data, crop);
      break;
    }
    at += 8 + length + (length & 1);
  }
  return result;
}

void append_segment(Buffer& buffer, std::string_view name, Bytes data) {
  if (data.empty() || 2 + name.size() + data.size() > 0xFFFF) return;
  append(buffer, std::string_view("\xFF\xE1", 2));
  append_big(buffer, static_cast<std::uint32_t>(2 + name.size() + data.size()), 2);
  append(buffer, name);
  append(buffer, data);
}

void append_chunk(Buffer& buffer, std::string_view type, std::string_view name, Bytes data) {
  if (data.empty()) return;
  append_big(buffer, static_cast<std::uint32_t>(name.size() + data.size()), 4);
  const std::size_t start = buffer.size();
  append(buffer, type);
  append(buffer, name);
  append(buffer, data);
  append_big(buffer,
             static_cast<std::uint32_t>(
                 crc32(0, buffer.data() + start, static_cast<uInt>(buffer.size() - start))),
             4);
}

Bytes bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

CropMetadata crop_metadata(Bytes bytes, Size crop) {
  switch (read_photo_header(bytes).format) {
    case PictureFormat::kJpeg:
      return of_jpeg(bytes, crop);
    case PictureFormat::kPng:
      return of_png(bytes, crop);
    case PictureFormat::kWebp:
      return of_webp(bytes, crop);
    default:
      return {};
  }
}

std::vector<std::uint8_t> with_metadata(Bytes picture, const CropMetadata& metadata) {
  const bool png = has(picture, 1, "PNG");
  // After the header chunk; after the start marker and JFIF's segment, which readers expect first.
  std::size_t start = png ? 33 : 2;
  if (!png && has(picture, 2, "\xFF\xE0")) start += 2 + (big32(picture, 4) >> 16);
  start = std::min(start, picture.size());
  Buffer result(picture.begin(), picture.begin() + static_cast<std::ptrdiff_t>(start));
  if (png) {
    append_chunk(result, "eXIf", {}, metadata.exif);
    append_chunk(result, "iTXt", kPngXmp, bytes_of(metadata.xmp));
  } else {
    append_segment(result, kExif, metadata.exif);
    append_segment(result, kXmp, bytes_of(metadata.xmp));
  }
  for (const Buffer& other : metadata.others) append(result, Bytes(other));
  append(result, picture.subspan(start));
  return result;
}

}  // namespace differentia

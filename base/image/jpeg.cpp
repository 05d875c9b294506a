#include "base/image/jpeg.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <turbojpeg.h>

namespace differentia {
namespace {

struct DestroyDecoder {
  void operator()(void* decoder) const { tjDestroy(decoder); }
};
using Decoder = std::unique_ptr<void, DestroyDecoder>;

std::string decoder_message(const Decoder& decoder) {
  std::string message = tjGetErrorStr2(decoder.get());
  const std::size_t prefix = message.find("(): ");  // "tjDecompress2(): …"
  if (prefix != std::string::npos) message.erase(0, prefix + 4);
  return message;
}

std::string repair_of(const std::string& warning) {
  if (warning.find("Premature end of JPEG file") != std::string::npos) {  // libjpeg's words
    return "truncated: the file ends before the picture does, the rest was filled in";
  }
  return fmt::format("damaged: the decoder went on after \"{}\"", warning);
}

// Whether the file ends among the segments before its first scan (ISO/IEC 10918-1, annex B).
bool ends_before_picture(Bytes bytes) {
  std::size_t at = 2;  // after the start of image
  while (at + 4 <= bytes.size() && bytes[at] == 0xFF) {
    const int marker = bytes[at + 1];
    if (marker == 0xFF) {  // filling
      ++at;
      continue;
    }
    if (marker == 0xDA) return false;  // start of scan
    at += 2 + (static_cast<std::size_t>(bytes[at + 2]) << 8 | bytes[at + 3]);
  }
  return at + 4 > bytes.size();
}

std::string error_of(Bytes bytes, const char* part, const std::string& message) {
  if (ends_before_picture(bytes)) return "the file ends before the picture begins";
  return fmt::format("its JPEG {} damaged ({})", part, message);
}

// Without a colour profile: each ink multiplies the light. Adobe stores inverted inks, that is,
// light already.
cv::Mat cmyk_to_bgr(const cv::Mat& cmyk, bool inverted) {
  cv::Mat bgr(cmyk.size(), CV_8UC3);
  for (int y = 0; y < cmyk.rows; ++y) {
    const auto* from = cmyk.ptr<cv::Vec4b>(y);
    auto* to = bgr.ptr<cv::Vec3b>(y);
    for (int x = 0; x < cmyk.cols; ++x) {
      const int black = inverted ? from[x][3] : 255 - from[x][3];
      for (int channel = 0; channel < 3; ++channel) {
        const int ink = inverted ? from[x][channel] : 255 - from[x][channel];
        to[x][2 - channel] = static_cast<std::uint8_t>((ink * black + 127) / 255);
      }
    }
  }
  return bgr;
}

}  // namespace

JpegPicture decode_jpeg(Bytes bytes, const PhotoHeader& header, int shorter_side,
                        double most_pixels) {
  JpegPicture picture;
  const Decoder decoder(tjInitDecompress());
  const auto length = static_cast<unsigned long>(bytes.size());
  int width = 0, height = 0, subsampling = 0, colour_space = 0;
  if (tjDecompressHeader3(decoder.get(), bytes.data(), length, &width, &height, &subsampling,
                          &colour_space) != 0 &&
      (width <= 0 || height <= 0 || tjGetErrorCode(decoder.get()) == TJERR_FATAL)) {
    picture.error = error_of(bytes, "header is", decoder_message(decoder));
    return picture;
  }
  picture.full_size = {width, height};
  int denominator = 1;
  while (shorter_side > 0 && denominator < 8 &&
         TJSCALED(std::min(width, height), (tjscalingfactor{1, 2 * denominator})) >= shorter_side) {
    denominator *= 2;
  }
  const tjscalingfactor scale{1, denominator};
  const int scaled_width = TJSCALED(width, scale), scaled_height = TJSCALED(height, scale);
  if (static_cast<double>(width) * height > most_pixels) {
    picture.error = fmt::format("it claims {} × {} pixels, more than are read", width, height);
    return picture;
  }
  const bool cmyk = colour_space == TJCS_CMYK || colour_space == TJCS_YCCK;
  // Grey where a truncated file gives nothing.
  cv::Mat pixels(scaled_height, scaled_width, cmyk ? CV_8UC4 : CV_8UC3, cv::Scalar::all(128));
  const int status =
      tjDecompress2(decoder.get(), bytes.data(), length, pixels.data, scaled_width,
                    static_cast<int>(pixels.step), scaled_height, cmyk ? TJPF_CMYK : TJPF_BGR, 0);
  if (status != 0) {
    const std::string message = decoder_message(decoder);
    if (tjGetErrorCode(decoder.get()) == TJERR_FATAL) {
      picture.error = error_of(bytes, "data are", message);
      return picture;
    }
    picture.repair = repair_of(message);
  }
  picture.bgr = cmyk ? cmyk_to_bgr(pixels, header.adobe) : pixels;
  return picture;
}

}  // namespace differentia

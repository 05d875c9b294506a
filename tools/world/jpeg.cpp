#include "tools/world/jpeg.h"

#include <stdexcept>

#include <opencv2/imgcodecs.hpp>

namespace differentia::world {

namespace {

// The stored picture that a reader turns into `oriented` (EXIF 2.32, tag 0x0112).
cv::Mat stored_picture(const cv::Mat& oriented, int orientation) {
  cv::Mat out;
  switch (orientation) {
    case 2:
      cv::flip(oriented, out, 1);
      break;
    case 3:
      cv::rotate(oriented, out, cv::ROTATE_180);
      break;
    case 4:
      cv::flip(oriented, out, 0);
      break;
    case 5:
      cv::transpose(oriented, out);
      break;
    case 6:
      cv::rotate(oriented, out, cv::ROTATE_90_COUNTERCLOCKWISE);
      break;
    case 7:
      cv::transpose(oriented, out);
      cv::rotate(out, out, cv::ROTATE_180);
      break;
    case 8:
      cv::rotate(oriented, out, cv::ROTATE_90_CLOCKWISE);
      break;
    default:
      out = oriented;
  }
  return out;
}

}  // namespace

std::vector<std::uint8_t> encode_jpeg(const cv::Mat& oriented, int quality, int orientation) {
  std::vector<std::uint8_t> bytes;
  if (!cv::imencode(".jpg", stored_picture(oriented, orientation), bytes,
                    {cv::IMWRITE_JPEG_QUALITY, quality}))
    throw std::runtime_error("the JPEG encoder failed");
  if (orientation == 1) return bytes;
  // An APP1 segment with a TIFF directory of one entry, right after the start marker.
  const std::vector<std::uint8_t> segment = {0xff, 0xe1,
                                             0x00, 0x22,  // APP1, 34 bytes
                                             'E',  'x',
                                             'i',  'f',
                                             0x00, 0x00,  //
                                             'M',  'M',
                                             0x00, 0x2a,
                                             0x00, 0x00,
                                             0x00, 0x08,  // big-endian TIFF, directory at 8
                                             0x00, 0x01,  // one entry
                                             0x01, 0x12,
                                             0x00, 0x03,
                                             0x00, 0x00,
                                             0x00, 0x01,  // orientation, one short
                                             0x00, static_cast<std::uint8_t>(orientation),
                                             0x00, 0x00,
                                             0x00, 0x00,
                                             0x00, 0x00};  // no further directory
  bytes.insert(bytes.begin() + 2, segment.begin(), segment.end());
  return bytes;
}

}  // namespace differentia::world

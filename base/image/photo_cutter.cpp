#include "base/image/photo_cutter.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include <turbojpeg.h>

#include "base/file.h"
#include "base/image/crop_metadata.h"
#include "base/image/write_picture.h"

namespace differentia {
namespace {

struct DestroyTransformer {
  void operator()(void* transformer) const { tjDestroy(transformer); }
};

// What an EXIF orientation does to the stored picture.
struct Turn {
  int operation;
  bool transposed;            // width and height exchanged
  bool from_right, from_low;  // the oriented picture's left (top) is the far end of a stored axis
};

Turn turn_of(int orientation) {
  switch (orientation) {
    case 2:
      return {TJXOP_HFLIP, false, true, false};
    case 3:
      return {TJXOP_ROT180, false, true, true};
    case 4:
      return {TJXOP_VFLIP, false, false, true};
    case 5:
      return {TJXOP_TRANSPOSE, true, false, false};
    case 6:
      return {TJXOP_ROT90, true, true, false};
    case 7:
      return {TJXOP_TRANSVERSE, true, true, true};
    case 8:
      return {TJXOP_ROT270, true, false, true};
    default:
      return {TJXOP_NONE, false, false, false};
  }
}

// The blocks that a JPEG's data come in, of all its colours together; 0 × 0 where they are not of a
// usual kind.
Size block_size(Bytes bytes) {
  const std::unique_ptr<void, DestroyTransformer> decoder(tjInitDecompress());
  int width = 0, height = 0, subsampling = -1, colours = 0;
  if (tjDecompressHeader3(decoder.get(), bytes.data(), static_cast<unsigned long>(bytes.size()),
                          &width, &height, &subsampling, &colours) != 0 ||
      subsampling < 0 || subsampling >= TJ_NUMSAMP)
    return {};
  return {tjMCUWidth[subsampling], tjMCUHeight[subsampling]};
}

// Empty where the library cannot.
std::vector<std::uint8_t> transformed(Bytes jpeg, int operation, const cv::Rect& crop) {
  const std::unique_ptr<void, DestroyTransformer> transformer(tjInitTransform());
  tjtransform how{};
  how.r = {crop.x, crop.y, crop.width, crop.height};
  how.op = operation;
  // Progressive: the same values, in fewer bytes than with the usual tables.
  how.options = TJXOPT_CROP | TJXOPT_PERFECT | TJXOPT_COPYNONE | TJXOPT_PROGRESSIVE;
  unsigned char* made = nullptr;
  unsigned long length = 0;
  const int status =
      tjTransform(transformer.get(), jpeg.data(), static_cast<unsigned long>(jpeg.size()), 1, &made,
                  &length, &how, 0);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(made, tjFree);
  if (status != 0 || !made) return {};
  return {made, made + length};
}

cv::Rect pixels(const Box& box) {
  return {cvRound(box.x), cvRound(box.y), cvRound(box.width), cvRound(box.height)};
}

}  // namespace

PhotoCutter::PhotoCutter(const std::string& path, const Photo& photo) : photo_(photo) {
  const std::string text = read_whole_file(path);
  bytes_.assign(text.begin(), text.end());
  header_ = read_photo_header(bytes_);
  jpeg_ = header_.format == PictureFormat::kJpeg;
  const Size size = photo.full_size;
  frame_.within = {0, 0, static_cast<double>(size.width), static_cast<double>(size.height)};
  if (!jpeg_ || !photo.repair.empty()) return;
  block_ = block_size(bytes_);
  if (block_.width == 0) return;
  const Turn turn = turn_of(header_.orientation);
  CropFrame blocks = frame_;
  blocks.step_x = turn.transposed ? block_.height : block_.width;
  blocks.step_y = turn.transposed ? block_.width : block_.height;
  // Blocks are counted from the stored picture's left and top; the last ones may be cut short, and
  // such a strip cannot be turned to the front.
  if (turn.from_right) blocks.origin.x = size.width % blocks.step_x;
  if (turn.from_low) blocks.origin.y = size.height % blocks.step_y;
  blocks.within = {blocks.origin.x, blocks.origin.y, size.width - blocks.origin.x,
                   size.height - blocks.origin.y};
  along_blocks_ = blocks.within.width > blocks.step_x && blocks.within.height > blocks.step_y;
  if (along_blocks_) frame_ = blocks;
}

std::vector<std::uint8_t> PhotoCutter::cut_blocks(const Box& box) const {
  const Turn turn = turn_of(header_.orientation);
  cv::Rect stored = pixels(box);
  if (turn.operation == TJXOP_NONE) return transformed(bytes_, TJXOP_NONE, stored);
  const Size size = photo_.full_size;
  if (turn.from_right) stored.x = size.width - stored.x - stored.width;
  if (turn.from_low) stored.y = size.height - stored.y - stored.height;
  if (turn.transposed) {
    std::swap(stored.x, stored.y);
    std::swap(stored.width, stored.height);
  }
  // Whole blocks first; once they are turned, the crop begins at their left and top.
  const Size whole = turn.transposed ? Size{size.height, size.width} : size;
  const auto outward = [](int& first, int& length, int step, int end) {
    const int last = std::min(end, (first + length + step - 1) / step * step);
    first = first / step * step;
    length = last - first;
  };
  outward(stored.x, stored.width, block_.width, whole.width);
  outward(stored.y, stored.height, block_.height, whole.height);
  const std::vector<std::uint8_t> blocks = transformed(bytes_, TJXOP_NONE, stored);
  if (blocks.empty()) return {};
  return transformed(blocks, turn.operation, {0, 0, cvRound(box.width), cvRound(box.height)});
}

CutPhoto PhotoCutter::cut(const Box& box) const {
  CutPhoto result;
  std::vector<std::uint8_t> picture;
  if (along_blocks_) picture = cut_blocks(box);
  if (picture.empty()) {
    result.coded_anew = jpeg_;
    const cv::Mat crop = photo_.bgr(pixels(box));
    picture = jpeg_ ? encode_jpeg(crop, kCropQuality) : encode_png(crop);
  }
  const CropMetadata metadata =
      crop_metadata(bytes_, {static_cast<int>(box.width), static_cast<int>(box.height)});
  if (!metadata.exif.empty() || !metadata.xmp.empty())
    result.metadata = Carried::kKept;
  else if (header_.format == PictureFormat::kTiff || header_.format == PictureFormat::kJpeg2000)
    result.metadata = Carried::kUnread;
  result.bytes = with_metadata(picture, metadata);
  return result;
}

}  // namespace differentia

#include "viewer/picture_files.h"

#include <algorithm>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/image/patch.h"
#include "base/image/photo.h"

namespace differentia::viewer {

namespace {

constexpr std::size_t kKeptSheets = 4;

std::vector<std::uint8_t> bytes_of(const cv::Mat& rgba) {
  const cv::Mat whole = rgba.isContinuous() ? rgba : rgba.clone();
  return {whole.data, whole.data + whole.total() * whole.elemSize()};
}

}  // namespace

MipChain mip_chain(const cv::Mat& bgr, int smallest) {
  cv::Mat level;
  cv::cvtColor(bgr, level, bgr.channels() == 4 ? cv::COLOR_BGRA2RGBA : cv::COLOR_BGR2RGBA);
  MipChain chain;
  chain.size = {level.cols, level.rows};
  chain.levels.push_back(bytes_of(level));
  while (std::min(level.cols, level.rows) / 2 >= smallest) {
    cv::Mat half;
    cv::resize(level, half, cv::Size(level.cols / 2, level.rows / 2), 0, 0, cv::INTER_AREA);
    chain.levels.push_back(bytes_of(half));
    level = half;
  }
  return chain;
}

LoadedPicture load_photo(const std::string& path, int longer_side) {
  DecodeOptions options;
  const Size full = photo_size(path);
  const int longer = std::max(full.width, full.height);
  if (longer > longer_side)
    options.shorter_side =
        std::max(1, static_cast<int>(static_cast<double>(std::min(full.width, full.height)) *
                                     longer_side / longer));
  const Photo photo = decode_photo(path, options);
  return {mip_chain(thumbnail(photo, longer_side)), photo.full_size};
}

LoadedPicture load_patch(const std::string& path, const Box& box, int side) {
  const Size full = photo_size(path);
  DecodeOptions options;
  // As fine as the patch needs, no finer: a corner of a 24 MP photo is cut from a scaled decode.
  const double extent = std::max({box.width, box.height, 1.0});
  if (extent > side)
    options.shorter_side =
        std::max(1, static_cast<int>(std::min(full.width, full.height) * side / extent));
  const Photo photo = decode_photo(path, options);
  const cv::Mat patch = cut_patch(photo, box, side);
  return {mip_chain(patch), {patch.cols, patch.rows}};
}

SheetFiles::SheetFiles(const store::IconSheets& shape, PathOf path_of)
    : shape_(shape), path_of_(std::move(path_of)) {}

cv::Mat SheetFiles::decoded(std::int32_t number) {
  const std::lock_guard lock(mutex_);
  const auto it = std::find_if(kept_.begin(), kept_.end(),
                               [&](const auto& entry) { return entry.first == number; });
  if (it != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, it);
    return kept_.front().second;
  }
  const std::string path = path_of_(number);
  cv::Mat sheet = cv::imread(path, cv::IMREAD_COLOR);
  if (sheet.empty())
    throw FileError(path, "The picture sheet " + path + " cannot be read; build the atlas again.");
  kept_.emplace_front(number, sheet);
  if (kept_.size() > kKeptSheets) kept_.pop_back();
  return sheet;
}

MipChain SheetFiles::sheet(std::int32_t number) {
  const cv::Mat whole = decoded(number);
  // A last sheet may be cut short; levels need all rows of a full one to be cut alike.
  const int side = shape_.tile * shape_.per_side;
  cv::Mat full = whole;
  if (whole.cols < side || whole.rows < side)
    cv::copyMakeBorder(whole, full, 0, std::max(0, side - whole.rows), 0,
                       std::max(0, side - whole.cols), cv::BORDER_CONSTANT);
  return mip_chain(full, std::max(1, kSmallestIcon * shape_.per_side));
}

LoadedPicture SheetFiles::icon(std::int32_t number) {
  const std::int32_t per_sheet = shape_.per_side * shape_.per_side;
  const cv::Mat whole = decoded(number / per_sheet);
  const int place = number % per_sheet;
  const cv::Rect box(place % shape_.per_side * shape_.tile, place / shape_.per_side * shape_.tile,
                     shape_.tile, shape_.tile);
  if ((box & cv::Rect(0, 0, whole.cols, whole.rows)) != box)
    throw FileError(path_of_(number / per_sheet),
                    "The picture sheet is smaller than it should be; build the atlas again.");
  return {mip_chain(whole(box)), {shape_.tile, shape_.tile}};
}

}  // namespace differentia::viewer

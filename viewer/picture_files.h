#pragma once

// Reading pictures from files into what the graphics takes. Runs on workers; every function may be
// called from any thread and throws PhotoError or FileError where a file cannot be read.

#include <list>
#include <memory>
#include <mutex>
#include <string>

#include <opencv2/core.hpp>

#include "atlas/store/records.h"
#include "viewer/picture_store.h"

namespace differentia::viewer {

// `bgr` 8UC3 or 8UC4 (BGRA) as RGBA with halved copies down to `smallest` pixels along the shorter
// side.
MipChain mip_chain(const cv::Mat& bgr, int smallest = 32);

// A whole photo, at most `longer_side` pixels long.
LoadedPicture load_photo(const std::string& path, int longer_side);
// What lies in `box` (photo coordinates), as a square of `side` pixels.
LoadedPicture load_patch(const std::string& path, const Box& box, int side);

// The atlas's picture sheets, the last few kept decoded.
class SheetFiles {
 public:
  using PathOf = std::function<std::string(std::int32_t sheet)>;
  SheetFiles(const store::IconSheets& shape, PathOf path_of);
  // A whole sheet, its levels down to icons of kSmallestIcon pixels.
  MipChain sheet(std::int32_t number);
  // One icon by itself.
  LoadedPicture icon(std::int32_t number);

 private:
  cv::Mat decoded(std::int32_t number);

  store::IconSheets shape_;
  PathOf path_of_;
  std::mutex mutex_;
  std::list<std::pair<std::int32_t, cv::Mat>> kept_;  // newest first
};

}  // namespace differentia::viewer

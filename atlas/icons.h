#pragma once

// Icons: patches of real photos around a position. A photo is decoded once however many icons it
// gives.

#include <cstdint>
#include <functional>
#include <map>
#include <tuple>
#include <vector>

#include <gsl/span>
#include <opencv2/core.hpp>

#include "atlas/photo_set.h"
#include "base/photo_geometry.h"
#include "base/progress.h"
#include "explain/model_card.h"

namespace differentia {

struct IconRequest {
  std::int32_t photo = 0;  // index into the photo set
  std::int32_t row = 0, column = 0;
  std::int32_t layer = 0;  // index into the grids given to cut_icons
};

// Icons asked for, each once, numbered in the order first asked for.
class IconList {
 public:
  std::int32_t add(const IconRequest& request);  // its number
  const std::vector<IconRequest>& requests() const { return requests_; }

 private:
  std::vector<IconRequest> requests_;
  std::map<std::tuple<std::int32_t, std::int32_t, std::int32_t, std::int32_t>, std::int32_t>
      numbers_;
};

struct IconOptions {
  int tile = 64;     // pixels along a side
  double cells = 4;  // grid positions along a side of the patch
  int threads = 0;   // 0: all cores
};

// The patch in photo pixels: square, of the area of `cells` × `cells` grid cells, centred on the
// position and then moved into the photo (made smaller where the photo is).
Box icon_box(const GridGeometry& grid, const InputGeometry& geometry, int row, int column,
             double cells = 4);

// Calls consume(i, tile) for each request, on the calling thread, in the order of `requests` (tiles
// wait until their turn: tile² · 3 bytes each). A tile is 8UC3, BGR, options.tile along a side. A
// photo that cannot be decoded any more gives grey tiles.
void cut_icons(const PhotoSet& photos, const InputSpec& input, gsl::span<const GridGeometry> grids,
               gsl::span<const IconRequest> requests, const IconOptions& options,
               const std::function<void(std::size_t i, const cv::Mat& tile)>& consume,
               const ProgressCallback& progress = {});

}  // namespace differentia

#include "atlas/icons.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <thread>

#include "base/image/patch.h"
#include "base/image/photo.h"

namespace differentia {
namespace {

// Photos decoded between two calls of `consume`: bounds what waits.
constexpr std::size_t kPhotosAtOnce = 64;

std::string path_of(const PhotoSet& photos, std::int32_t photo) {
  const std::string& path = photos.photos[static_cast<std::size_t>(photo)].path;
  return photos.root.empty() || (!path.empty() && path.front() == '/') ? path
                                                                       : photos.root + "/" + path;
}

// How small the photo may be decoded: its patches must keep a tile's pixels.
int needed_shorter_side(Size full, const std::vector<Box>& boxes, int tile) {
  double finest = 0;  // tile pixels per photo pixel
  for (const Box& box : boxes)
    if (box.width > 0) finest = std::max(finest, tile / box.width);
  return static_cast<int>(std::ceil(std::min(1.0, finest) * std::min(full.width, full.height)));
}

}  // namespace

std::int32_t IconList::add(const IconRequest& request) {
  const auto [entry, added] =
      numbers_.try_emplace({request.photo, request.layer, request.row, request.column},
                           static_cast<std::int32_t>(requests_.size()));
  if (added) requests_.push_back(request);
  return entry->second;
}

Box icon_box(const GridGeometry& grid, const InputGeometry& geometry, int row, int column,
             double cells) {
  const Box patch = geometry.to_photo(grid.box(row, column, cells));
  const double wide = geometry.photo.width, high = geometry.photo.height;
  const double side = std::min({std::sqrt(std::abs(patch.width * patch.height)), wide, high});
  const double x = patch.x + (patch.width - side) / 2, y = patch.y + (patch.height - side) / 2;
  return {std::clamp(x, 0.0, wide - side), std::clamp(y, 0.0, high - side), side, side};
}

void cut_icons(const PhotoSet& photos, const InputSpec& input, gsl::span<const GridGeometry> grids,
               gsl::span<const IconRequest> requests, const IconOptions& options,
               const std::function<void(std::size_t i, const cv::Mat& tile)>& consume,
               const ProgressCallback& progress) {
  // Photos in the order in which they are first needed, each with its requests.
  std::vector<std::int32_t> order;
  std::map<std::int32_t, std::vector<std::size_t>> of_photo;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto& own = of_photo[requests[i].photo];
    if (own.empty()) order.push_back(requests[i].photo);
    own.push_back(i);
  }

  std::vector<cv::Mat> tiles(requests.size());
  const auto cut = [&](std::int32_t photo_index) {
    const std::string path = path_of(photos, photo_index);
    const auto& own = of_photo.at(photo_index);
    try {
      const Size full = photo_size(path);
      const InputGeometry geometry = input_geometry(input, full);
      std::vector<Box> boxes;
      for (const std::size_t i : own)
        boxes.push_back(icon_box(grids[static_cast<std::size_t>(requests[i].layer)], geometry,
                                 requests[i].row, requests[i].column, options.cells));
      const Photo photo = decode_photo(path, {needed_shorter_side(full, boxes, options.tile)});
      for (std::size_t j = 0; j < own.size(); ++j)
        tiles[own[j]] = cut_patch(photo, boxes[j], options.tile);
    } catch (const PhotoError&) {
      for (const std::size_t i : own)
        tiles[i] = cv::Mat(options.tile, options.tile, CV_8UC3, cv::Scalar(128, 128, 128));
    }
  };

  const std::size_t threads = options.threads > 0
                                  ? static_cast<std::size_t>(options.threads)
                                  : std::max(1u, std::thread::hardware_concurrency());
  std::size_t given = 0;
  for (std::size_t first = 0; first < order.size(); first += kPhotosAtOnce) {
    report(progress, {"cutting icons", static_cast<std::int64_t>(first),
                      static_cast<std::int64_t>(order.size()), "photos", ""});
    const std::size_t last = std::min(order.size(), first + kPhotosAtOnce);
    std::atomic<std::size_t> next{first};
    std::exception_ptr failure;
    std::mutex mutex;
    const auto work = [&] {
      try {
        for (std::size_t i = next++; i < last; i = next++) cut(order[i]);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        failure = std::current_exception();
      }
    };
    std::vector<std::thread> workers;
    for (std::size_t t = 1; t < std::min(threads, last - first); ++t) workers.emplace_back(work);
    work();
    for (std::thread& worker : workers) worker.join();
    if (failure) std::rethrow_exception(failure);
    for (; given < tiles.size() && !tiles[given].empty(); ++given) {
      consume(given, tiles[given]);
      tiles[given].release();
    }
  }
}

}  // namespace differentia

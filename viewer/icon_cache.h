#pragma once

// Icons of the atlas in the renderer's pages: sheets are decoded on workers, single icons go up
// with a budget per frame, and those not seen for longest make room. Main thread only.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "atlas/store/records.h"
#include "viewer/async_cache.h"
#include "viewer/renderer.h"

namespace differentia::viewer {

// A picture with halved copies: level 0 first, RGBA rows without gaps.
struct MipChain {
  Size size;  // of level 0
  std::vector<std::vector<std::uint8_t>> levels;
};

class IconCache {
 public:
  // `decode` reads a sheet as RGBA levels, on a worker; throws where it cannot be read.
  using Decode = std::function<MipChain(std::int32_t sheet)>;
  IconCache(JobQueue& jobs, Renderer& renderer, const store::IconSheets& sheets, Decode decode);

  // Begins a frame: nothing is used yet.
  void begin_frame();
  // The icon's slot, or −1 while it is not there; it is then fetched.
  std::int32_t slot(std::int32_t icon);
  // Uploads what was asked for and is decoded, at most `most` icons. Answers whether another frame
  // is due: something went up, which this frame was too early to show, or more waits.
  bool upload(std::size_t most);
  // Nothing asked for in this frame is still missing (what cannot be read counts as there).
  bool complete() const { return missing_.empty(); }

 private:
  struct Held {
    std::int32_t slot;
    std::uint64_t frame;  // used last
  };

  Renderer& renderer_;
  store::IconSheets shape_;
  Decode decode_;
  AsyncCache<std::int32_t, MipChain> sheets_;
  LruCache<std::int32_t, Held> icons_;
  std::int32_t next_slot_ = 0;
  std::uint64_t frame_ = 0;
  std::vector<std::int32_t> missing_;  // asked for in this frame
};

}  // namespace differentia::viewer

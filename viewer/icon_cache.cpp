#include "viewer/icon_cache.h"

#include <algorithm>

namespace differentia::viewer {

namespace {

// Sheets decoded and kept: 2048 px along a side with levels are 22 MB.
constexpr std::size_t kSheets = 12;

std::size_t capacity(const Renderer& renderer) {
  return static_cast<std::size_t>(std::max<std::int32_t>(1, renderer.icon_capacity()));
}

}  // namespace

IconCache::IconCache(JobQueue& jobs, Renderer& renderer, const store::IconSheets& sheets,
                     Decode decode)
    : renderer_(renderer),
      shape_(sheets),
      decode_(std::move(decode)),
      sheets_(jobs, kSheets),
      icons_(capacity(renderer)) {
  renderer_.reset_icons(shape_.tile);
}

void IconCache::begin_frame() {
  ++frame_;
  missing_.clear();
}

std::int32_t IconCache::slot(std::int32_t icon) {
  if (icon < 0 || icon >= shape_.icons) return -1;
  if (Held* held = icons_.find(icon)) {
    held->frame = frame_;
    return held->slot;
  }
  missing_.push_back(icon);
  return -1;
}

bool IconCache::upload(std::size_t most) {
  const std::int32_t per_sheet = shape_.per_side * shape_.per_side;
  std::vector<std::int32_t> wanted;
  wanted.swap(missing_);
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  bool ready_left = false;
  std::size_t uploaded = 0;
  std::int32_t last_sheet = -1;
  std::shared_ptr<const MipChain> sheet;
  std::size_t sheets_asked = 0;
  for (const std::int32_t icon : wanted) {
    const std::int32_t number = icon / per_sheet;
    if (number != last_sheet) {
      last_sheet = number;
      sheet = nullptr;
      // More sheets than are kept would chase each other out: the rest comes when these are done.
      if (++sheets_asked <= kSheets - 2)
        sheet = sheets_.get(number, "reading icons",
                            [decode = decode_, number] { return decode(number); });
    }
    if (!sheet) {
      if (sheets_asked > kSheets - 2 || sheets_.error(number).empty()) missing_.push_back(icon);
      continue;
    }
    if (uploaded >= most) {
      missing_.push_back(icon);
      ready_left = true;
      continue;
    }
    std::int32_t slot = next_slot_;
    if (icons_.size() < icons_.capacity()) {
      ++next_slot_;
    } else {
      auto oldest = std::prev(icons_.end());
      if (oldest->second.frame == frame_) continue;  // all in sight: no room for more
      slot = oldest->second.slot;
    }
    icons_.insert(icon, {slot, frame_});
    const std::int32_t place = icon % per_sheet;
    for (std::size_t level = 0; level < sheet->levels.size(); ++level) {
      const int side = shape_.tile >> level;
      if (side < kSmallestIcon && level > 0) break;
      const int stride = sheet->size.width >> level;
      const int x = place % shape_.per_side * side;
      const int y = place / shape_.per_side * side;
      renderer_.upload_icon(
          slot, static_cast<int>(level),
          sheet->levels[level].data() +
              4 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(stride) +
                   static_cast<std::size_t>(x)),
          stride);
    }
    ++uploaded;
  }
  return ready_left || uploaded > 0;
}

}  // namespace differentia::viewer

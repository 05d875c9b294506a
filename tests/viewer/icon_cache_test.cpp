#include "viewer/icon_cache.h"

#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>

#include "tests/catch.h"
#include "viewer/picture_store.h"
#include "viewer/recording_renderer.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

store::IconSheets sheets_of(std::int32_t icons) {
  store::IconSheets sheets;
  sheets.tile = 16;
  sheets.per_side = 4;
  sheets.icons = icons;
  return sheets;
}

// A sheet of 64 × 64 pixels where every icon's bytes are its number within the sheet.
MipChain numbered_sheet() {
  MipChain chain;
  chain.size = {64, 64};
  for (int side = 64, tile = 16; tile >= 8; side /= 2, tile /= 2) {
    std::vector<std::uint8_t> level;
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x)
        level.insert(level.end(), 4, static_cast<std::uint8_t>(y / tile * 4 + x / tile));
    chain.levels.push_back(std::move(level));
  }
  return chain;
}

void finish(JobQueue& jobs) {
  while (!jobs.idle()) {
    jobs.publish();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

TEST_CASE("icons arrive with a budget per frame, each in a slot of its own") {
  RecordingRenderer renderer(64);
  JobQueue jobs(1);
  IconCache icons(jobs, renderer, sheets_of(40), [](std::int32_t) { return numbered_sheet(); });
  CHECK(renderer.tile_side == 16);
  const auto frame = [&] {
    icons.begin_frame();
    std::set<std::int32_t> slots;
    for (std::int32_t icon = 0; icon < 20; ++icon)
      if (const std::int32_t slot = icons.slot(icon); slot >= 0) slots.insert(slot);
    icons.upload(7);
    return slots.size();
  };
  CHECK(frame() == 0);  // nothing is decoded yet
  CHECK_FALSE(icons.complete());
  finish(jobs);
  CHECK(frame() == 0);
  CHECK(frame() == 7);
  CHECK(frame() == 14);
  CHECK(frame() == 20);
  CHECK(icons.complete());
  icons.begin_frame();
  const std::int32_t slot = icons.slot(18);  // the third of the second sheet
  CHECK(renderer.first_byte.at(slot) == 2);
  CHECK(renderer.icon_levels.at(slot) == 2);  // 16 and 8 pixels
  CHECK(icons.slot(-1) == -1);
  CHECK(icons.slot(40) == -1);
  CHECK(icons.complete());
}

TEST_CASE("icons not seen for longest make room, those in sight stay") {
  RecordingRenderer renderer(8);
  JobQueue jobs(1);
  IconCache icons(jobs, renderer, sheets_of(32), [](std::int32_t) { return numbered_sheet(); });
  const auto show = [&](std::int32_t first, std::int32_t count) {
    for (int round = 0; round < 4; ++round) {
      icons.begin_frame();
      for (std::int32_t i = 0; i < count; ++i) icons.slot(first + i);
      icons.upload(100);
      finish(jobs);
    }
    icons.begin_frame();
    std::set<std::int32_t> slots;
    for (std::int32_t i = 0; i < count; ++i)
      if (const std::int32_t slot = icons.slot(first + i); slot >= 0) slots.insert(slot);
    return slots.size();
  };
  CHECK(show(0, 8) == 8);
  CHECK(show(4, 8) == 8);    // four stay, four are replaced
  CHECK(show(16, 12) == 8);  // more than there is room for: as many as fit
}

TEST_CASE("a sheet that cannot be read leaves plain tiles, not a hanging screen") {
  RecordingRenderer renderer(8);
  JobQueue jobs(1);
  IconCache icons(jobs, renderer, sheets_of(4),
                  [](std::int32_t) -> MipChain { throw std::runtime_error("damaged"); });
  for (int round = 0; round < 3; ++round) {
    icons.begin_frame();
    CHECK(icons.slot(2) == -1);
    icons.upload(100);
    finish(jobs);
  }
  CHECK(icons.complete());
}

TEST_CASE("pictures go up row by row within the budget") {
  RecordingRenderer renderer;
  JobQueue jobs(1);
  PictureStore pictures(jobs, renderer, 2);
  const auto get = [&](const std::string& key) {
    return pictures.get(key, "reading", [] {
      LoadedPicture picture;
      picture.pixels.size = {10, 10};
      picture.pixels.levels = {std::vector<std::uint8_t>(400), std::vector<std::uint8_t>(100)};
      picture.full_size = {20, 20};
      return picture;
    });
  };
  CHECK(get("a") == nullptr);
  finish(jobs);
  CHECK(get("a") == nullptr);  // decoded, not sent up
  CHECK(pictures.upload(200));
  CHECK(renderer.rows_uploaded == 5);
  CHECK(get("a") == nullptr);
  while (pictures.upload(200)) {
  }
  CHECK(renderer.rows_uploaded == 15);
  REQUIRE(get("a") != nullptr);
  CHECK(get("a")->full_size.width == 20);
  for (const char* key : {"b", "c"}) {
    get(key);
    finish(jobs);
    get(key);
    while (pictures.upload(1000)) {
    }
  }
  CHECK(renderer.textures.size() == 2);  // the first had to go, and its texture with it
}

#include "viewer/map_canvas.h"

#include "tests/catch.h"
#include "viewer/recording_renderer.h"
#include "viewer/tile_selection.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

MapLevel full_level(std::int32_t bins) {
  MapLevel level;
  level.bins = bins;
  for (std::int32_t y = 0; y < bins; ++y) {
    for (std::int32_t x = 0; x < bins; ++x) {
      level.cells.bin_x.push_back(static_cast<std::uint16_t>(x));
      level.cells.bin_y.push_back(static_cast<std::uint16_t>(y));
      level.cells.count.push_back(3);
      level.cells.attribution.push_back(x < bins / 2 ? -1.0f : 1.0f);
      level.cells.subject.push_back(0.5f);
      level.cells.concept_number.push_back(static_cast<std::int16_t>(y < bins / 2 ? 0 : 1));
      level.cells.medoid.push_back(0);
      level.cells.icon.push_back(0);
    }
  }
  level.rows = row_starts(level.cells, bins);
  level.sides = tile_sides(level.cells);
  level.count_limit = 3;
  return level;
}

MapSummary summary() {
  MapSummary map;
  map.record.level_bins = {8, 16, 32, 64};
  map.record.targets = {5};
  map.attribution_limit = 1;
  return map;
}

CanvasInput input() {
  CanvasInput in;
  in.viewport = {100, 50, 800, 700};
  in.mouse = {400, 300};
  in.hovered = true;
  in.still = true;
  return in;
}

struct Fixture {
  RecordingRenderer renderer{100000};
  JobQueue jobs{1};
  IconCache icons{jobs, renderer, store::IconSheets(), [](std::int32_t) { return MipChain(); }};
  MapCanvas canvas;
};

}  // namespace

TEST_CASE("the fitted map shows every tile, inside the canvas") {
  Fixture f;
  f.canvas.update(input());
  f.canvas.fit(true);
  const MapSummary map = summary();
  const std::size_t level = f.canvas.level(map);
  CHECK(level == 1);  // 644 px: 16 bins are 40 px each
  const MapLevel cells = full_level(16);
  f.canvas.draw(f.renderer, f.icons, map, cells, ColourBy::kNone, {});
  REQUIRE(f.renderer.tiles.size() == 256);
  for (const Tile& tile : f.renderer.tiles) {
    CHECK(tile.x >= 100);
    CHECK(tile.x + tile.side <= 900);
    CHECK(tile.y >= 50);
    CHECK(tile.y + tile.side <= 750);
    CHECK(tile.tint == 0);
  }
  CHECK(f.renderer.clip.width == 800);
}

TEST_CASE("zooming shows finer levels and never more tiles than fit at 12 px") {
  Fixture f;
  f.canvas.update(input());
  f.canvas.fit(true);
  const MapSummary map = summary();
  std::size_t last = 0;
  for (int notch = 0; notch < 14; ++notch) {
    CanvasInput in = input();
    in.wheel = 1;
    f.canvas.update(in);
    const std::size_t level = f.canvas.level(map);
    CHECK(level >= last);
    last = level;
    const MapLevel cells = full_level(map.record.level_bins[level]);
    f.canvas.draw(f.renderer, f.icons, map, cells, ColourBy::kNone, {});
    CHECK(f.renderer.tiles.size() <= 800 * 700 / (12 * 12));
    CHECK(!f.renderer.tiles.empty());
  }
  CHECK(last == 3);
}

TEST_CASE("a drag moves the map with the mouse, and is no click") {
  Fixture f;
  f.canvas.update(input());
  f.canvas.fit(true);
  const Point held = f.canvas.camera().to_world({400, 300});
  CanvasInput in = input();
  in.down = true;
  in.time = 1;
  f.canvas.update(in);
  in.mouse = {460, 340};
  in.time = 1.1;
  f.canvas.update(in);
  CHECK(f.canvas.camera().to_world({460, 340}).x == Approx(held.x));
  CHECK(f.canvas.camera().to_world({460, 340}).y == Approx(held.y));
  in.down = false;
  in.time = 1.2;
  CHECK_FALSE(f.canvas.update(in));
}

TEST_CASE("colours and emphasis reach the tiles") {
  Fixture f;
  f.canvas.update(input());
  f.canvas.fit(true);
  const MapSummary map = summary();
  const MapLevel cells = full_level(16);
  f.canvas.draw(f.renderer, f.icons, map, cells, ColourBy::kAttribution, {});
  const std::uint32_t against = f.renderer.tiles[0].tint, in_favour = f.renderer.tiles[15].tint;
  CHECK((against >> 16 & 255) > (against & 255));      // blue
  CHECK((in_favour & 255) > (in_favour >> 16 & 255));  // red
  MapCanvas::Emphasis emphasis;
  emphasis.concept_number = 1;
  f.canvas.draw(f.renderer, f.icons, map, cells, ColourBy::kNone, emphasis);
  CHECK(f.renderer.tiles.front().alpha < 0.5f);
  CHECK(f.renderer.tiles.back().alpha == 1.0f);
}

TEST_CASE("the whole map shows the same level whencesoever it is come to") {
  Fixture f;
  f.canvas.update(input());
  f.canvas.fit(true);
  const MapSummary map = summary();
  const std::size_t first = f.canvas.level(map);
  CanvasInput in = input();
  for (int notch = 0; notch < 3; ++notch) {
    in.wheel = 1;
    f.canvas.update(in);
    f.canvas.level(map);
  }
  f.canvas.fit(false);
  f.canvas.level(map);
  in.wheel = 0;
  f.canvas.update(in);
  CHECK(f.canvas.level(map) == first);
}

TEST_CASE("larger type asks for larger tiles") {
  Fixture f;
  f.canvas.set_limits({48, 24});
  f.canvas.update(input());
  f.canvas.fit(true);
  CHECK(f.canvas.level(summary()) == 0);  // 644 px: 16 bins would be 40 px
}

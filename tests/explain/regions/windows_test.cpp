#include "explain/regions/windows.h"

#include "tests/catch.h"

namespace differentia {
namespace {

TEST_CASE("search windows lie within the photo and leave no part of it out at any scale") {
  for (const Size photo : {Size{320, 213}, Size{90, 400}, Size{128, 128}}) {
    const auto windows = search_windows(photo);
    REQUIRE(windows.size() > 10);
    CHECK(windows[0].width == photo.width);
    CHECK(windows[0].height == photo.height);
    for (const double fraction : WindowOptions().sides) {
      const double side = fraction * std::min(photo.width, photo.height);
      Box reached{1e9, 1e9, -1e9, -1e9};  // right and bottom in width and height
      for (std::size_t i = 1; i < windows.size(); ++i) {
        const Box& window = windows[i];
        CHECK(window.x >= -1e-9);
        CHECK(window.y >= -1e-9);
        CHECK(window.x + window.width <= photo.width + 1e-9);
        CHECK(window.y + window.height <= photo.height + 1e-9);
        if (std::abs(window.width - side) > 1e-9) continue;
        reached.x = std::min(reached.x, window.x);
        reached.y = std::min(reached.y, window.y);
        reached.width = std::max(reached.width, window.x + window.width);
        reached.height = std::max(reached.height, window.y + window.height);
      }
      CHECK(reached.x == Approx(0).margin(1e-9));
      CHECK(reached.y == Approx(0).margin(1e-9));
      CHECK(reached.width == Approx(photo.width));
      CHECK(reached.height == Approx(photo.height));
    }
  }
}

TEST_CASE("a margin keeps the centre, is never longer than 4 : 3, and stays within its side") {
  const Box grown = with_margin({40, 50, 60, 10}, 1.2, {0, 0, 200, 200});
  CHECK(grown.width == Approx(72));
  CHECK(grown.height == Approx(54));
  CHECK(grown.x + grown.width / 2 == Approx(70));
  CHECK(grown.y + grown.height / 2 == Approx(55));
  const Box clipped = with_margin({40, 50, 60, 10}, 1.2, {38, 0, 62, 60});
  CHECK(clipped.x == 38);
  CHECK(clipped.x + clipped.width == Approx(100));
  CHECK(clipped.y + clipped.height == Approx(60));
}

}  // namespace
}  // namespace differentia

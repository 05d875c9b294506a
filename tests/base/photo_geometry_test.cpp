#include "base/photo_geometry.h"

#include "tests/catch.h"

using namespace differentia;

TEST_CASE("photo and input coordinates are inverse to each other", "[geometry]") {
  InputGeometry geometry;
  geometry.photo = {640, 480};
  geometry.input = {224, 224};
  geometry.scale_x = geometry.scale_y = 256.0 / 480;
  geometry.offset_x = -(640 * geometry.scale_x - 224) / 2;
  geometry.offset_y = -(256.0 - 224) / 2;
  const Point back = geometry.to_photo(geometry.to_input({123.5, 77.25}));
  REQUIRE(back.x == Approx(123.5));
  REQUIRE(back.y == Approx(77.25));
  const Box seen = geometry.visible();
  REQUIRE(seen.width == Approx(420));
  REQUIRE(seen.height == Approx(420));
  REQUIRE(seen.x == Approx(110));
  REQUIRE(seen.y == Approx(30));
}

TEST_CASE("the visible part never leaves the photo", "[geometry]") {
  InputGeometry padded;  // a wide photo padded to a square input
  padded.photo = {400, 200};
  padded.input = {100, 100};
  padded.scale_x = padded.scale_y = 0.25;
  padded.offset_y = 25;
  const Box seen = padded.visible();
  REQUIRE(seen.x == Approx(0));
  REQUIRE(seen.y == Approx(0));
  REQUIRE(seen.width == Approx(400));
  REQUIRE(seen.height == Approx(200));
}

TEST_CASE("overlap of boxes", "[geometry]") {
  REQUIRE(overlap({0, 0, 2, 2}, {1, 1, 2, 2}) == Approx(1.0 / 7));
  REQUIRE(overlap({0, 0, 2, 2}, {0, 0, 2, 2}) == Approx(1));
  REQUIRE(overlap({0, 0, 2, 2}, {3, 0, 2, 2}) == 0);
  REQUIRE(overlap({0, 0, 0, 0}, {0, 0, 0, 0}) == 0);
}

TEST_CASE("a grid's boxes stand around their receptive field's centre", "[geometry]") {
  GridGeometry grid{14, 14, 16, 16, 7.5, 7.5};
  const Box box = grid.box(2, 3, 4);
  REQUIRE(box.x + box.width / 2 == Approx(7.5 + 3 * 16));
  REQUIRE(box.y + box.height / 2 == Approx(7.5 + 2 * 16));
  REQUIRE(box.width == Approx(64));
}

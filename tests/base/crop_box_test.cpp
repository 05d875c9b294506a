#include "base/crop_box.h"

#include <cmath>

#include "base/random.h"
#include "tests/catch.h"

namespace differentia {
namespace {

CropFrame frame_of(double width, double height) {
  CropFrame frame;
  frame.within = {0, 0, width, height};
  return frame;
}

bool holds(const Box& outer, const Box& inner) {
  return outer.x <= inner.x && outer.y <= inner.y &&
         outer.x + outer.width >= inner.x + inner.width &&
         outer.y + outer.height >= inner.y + inner.height;
}

TEST_CASE("a crop leaves the margin on every side") {
  const Crop crop = crop_box({300, 200, 100, 50}, {0.2, 0, 0}, frame_of(800, 600));
  CHECK(crop.box.x == 280);
  CHECK(crop.box.y == 180);
  CHECK(crop.box.width == 140);
  CHECK(crop.box.height == 90);
  CHECK(crop.whole);
  CHECK(crop.shaped);
}

TEST_CASE("no margin: the subject's own box, on whole pixels outward") {
  const Crop crop = crop_box({10.4, 20.6, 30.2, 40.1}, {0, 0, 0}, frame_of(800, 600));
  CHECK(crop.box.x == 10);
  CHECK(crop.box.y == 20);
  CHECK(crop.box.width == 31);
  CHECK(crop.box.height == 41);
}

TEST_CASE("an aspect grows the shorter side, and the least size takes in more of the photo") {
  const Crop square = crop_box({300, 200, 100, 50}, {0, 1, 0}, frame_of(800, 600));
  CHECK(square.box.width == 100);
  CHECK(square.box.height == 100);
  CHECK(square.box.y == 175);
  const Crop wide = crop_box({300, 200, 50, 100}, {0, 4.0 / 3, 240}, frame_of(800, 600));
  CHECK(wide.box.width == 320);
  CHECK(wide.box.height == 240);
  const Crop least = crop_box({300, 200, 20, 20}, {0.1, 0, 200}, frame_of(800, 600));
  CHECK(least.box.width == 200);
  CHECK(least.box.height == 200);
}

TEST_CASE("at the photo's rim a crop moves inward and keeps its size") {
  const Crop corner = crop_box({0, 560, 40, 40}, {0.5, 1, 0}, frame_of(800, 600));
  CHECK(corner.box.x == 0);
  CHECK(corner.box.y == 520);
  CHECK(corner.box.width == 80);
  CHECK(corner.box.height == 80);
  // Beyond the photo there is nothing.
  const Crop beyond = crop_box({-30, -30, 60, 60}, {0, 0, 0}, frame_of(800, 600));
  CHECK(beyond.box.x == 0);
  CHECK(beyond.box.width == 30);
}

TEST_CASE("the whole subject goes before the aspect, and what the photo cannot give is told") {
  const Crop wide = crop_box({100, 100, 600, 100}, {0.1, 1, 0}, frame_of(800, 300));
  CHECK(wide.whole);
  CHECK_FALSE(wide.shaped);
  CHECK(wide.box.width == 600);  // as near to a square as may be
  CHECK(wide.box.height == 300);
  const Crop high = crop_box({20, 20, 200, 400}, {0.1, 4.0 / 3, 0}, frame_of(300, 500));
  CHECK_FALSE(high.shaped);
  CHECK(high.box.width == 300);
  CHECK(high.box.height == 400);
  CropFrame blocks = frame_of(512, 430);
  blocks.step_x = blocks.step_y = 16;
  const Crop rim = crop_box({294, 0, 218, 376}, {0.1, 1, 300}, blocks);
  CHECK(rim.shaped);
  CHECK(rim.whole);
  CHECK(rim.box.width == 416);
  CHECK(rim.box.height == 416);
  const Crop small = crop_box({10, 10, 20, 20}, {0, 0, 500}, frame_of(200, 100));
  CHECK(small.whole);
  CHECK_FALSE(small.shaped);
  CHECK(small.box.width == 200);
  CHECK(small.box.height == 100);
  // The margin gives way, the aspect does not.
  const Crop tight = crop_box({10, 10, 280, 280}, {0.5, 1, 0}, frame_of(800, 300));
  CHECK(tight.shaped);
  CHECK(tight.box.width == 300);
  CHECK(tight.box.height == 300);
}

TEST_CASE("whatever the subject, shape and lattice: inside the frame, on the lattice, whole") {
  Random random(7);
  int shaped = 0;
  for (int i = 0; i < 4000; ++i) {
    CropFrame frame;
    const int steps[] = {1, 8, 16};
    frame.step_x = steps[random.below(3)];
    frame.step_y = steps[random.below(3)];
    frame.origin = {static_cast<double>(random.below(static_cast<std::uint32_t>(frame.step_x))),
                    static_cast<double>(random.below(static_cast<std::uint32_t>(frame.step_y)))};
    frame.within = {frame.origin.x, frame.origin.y, 40.0 + random.below(400),
                    40.0 + random.below(300)};
    const Box& within = frame.within;
    Box subject;
    subject.width = random.uniform(0.5, within.width);
    subject.height = random.uniform(0.5, within.height);
    subject.x = within.x + random.uniform(0, within.width - subject.width);
    subject.y = within.y + random.uniform(0, within.height - subject.height);
    CropShape shape;
    shape.margin = random.uniform(0, 0.5);
    const double aspects[] = {0, 1, 1.5, 0.75};
    shape.aspect = aspects[random.below(4)];
    shape.least = static_cast<int>(random.below(120));
    const Crop crop = crop_box(subject, shape, frame);
    CAPTURE(i, subject.x, subject.y, subject.width, subject.height, within.width, within.height,
            shape.aspect, shape.least, frame.step_x, frame.step_y, crop.box.x, crop.box.y,
            crop.box.width, crop.box.height);
    REQUIRE(holds(within, crop.box));
    REQUIRE(crop.whole);
    REQUIRE(holds(crop.box, subject));
    REQUIRE(std::fmod(crop.box.x - frame.origin.x, frame.step_x) == 0);
    REQUIRE(std::fmod(crop.box.y - frame.origin.y, frame.step_y) == 0);
    if (!crop.shaped) continue;
    ++shaped;
    REQUIRE(std::min(crop.box.width, crop.box.height) >= shape.least);
    if (shape.aspect > 0) REQUIRE(std::abs(crop.box.width / shape.aspect - crop.box.height) <= 0.5);
  }
  CHECK(shaped > 2000);
}

TEST_CASE("a crop stops halfway to what lies beside the subject, on whichever side that is") {
  const CropFrame frame = frame_of(800, 600);
  const Box subject{300, 200, 100, 100};
  CHECK(beside(frame, subject, {450, 210, 50, 50}).within.width == 425);
  const Box left = beside(frame, subject, {100, 210, 160, 50}).within;
  CHECK(left.x == 280);
  CHECK(left.width == 520);
  CHECK(beside(frame, subject, {300, 320, 50, 50}).within.height == 310);
  const Box above = beside(frame, subject, {300, 50, 50, 50}).within;
  CHECK(above.y == 150);
  CHECK(above.height == 450);
  const Box overlapping = beside(frame, subject, {350, 210, 200, 50}).within;
  CHECK(overlapping.width == 800);
  CHECK(overlapping.height == 600);
  // They touch within a pixel: the whole subject still has room.
  CHECK(beside(frame, {300, 200, 100.3, 100}, {400.3, 210, 50, 50}).within.width == 401);
  CropFrame blocks = frame;
  blocks.step_x = 16;
  CHECK(beside(blocks, subject, {100, 210, 195, 50}).within.x == 288);
  // With the larger gap: below, though it is to the right as well.
  CHECK(beside(frame, subject, {405, 400, 50, 50}).within.height == 350);
}

}  // namespace
}  // namespace differentia

#include "viewer/pointer.h"

#include "tests/catch.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

PointerSample sample(double x, double y, bool down, double time, bool inside = true) {
  return {{x, y}, down, time, inside};
}

}  // namespace

TEST_CASE("a short press that hardly moves is a click") {
  Pointer pointer;
  CHECK_FALSE(pointer.update(sample(10, 10, true, 0.00)).clicked);
  CHECK_FALSE(pointer.update(sample(12, 13, true, 0.10)).dragging);
  CHECK(pointer.update(sample(12, 13, false, 0.20)).clicked);
}

TEST_CASE("five pixels make a drag, whose release is no click") {
  Pointer pointer;
  pointer.update(sample(10, 10, true, 0.00));
  const PointerResult moved = pointer.update(sample(14, 13, true, 0.05));
  CHECK(moved.dragging);
  CHECK(moved.dx == 4);
  CHECK(moved.dy == 3);
  // Back at the start it is still a drag.
  CHECK(pointer.update(sample(10, 10, true, 0.08)).dx == -4);
  CHECK_FALSE(pointer.update(sample(10, 10, false, 0.10)).clicked);
}

TEST_CASE("a long press is no click") {
  Pointer pointer;
  pointer.update(sample(10, 10, true, 0.00));
  CHECK_FALSE(pointer.update(sample(10, 10, false, 0.31)).clicked);
}

TEST_CASE("a press that began outside counts for nothing; a drag goes on outside") {
  Pointer pointer;
  pointer.update(sample(10, 10, true, 0.00, false));
  CHECK_FALSE(pointer.update(sample(40, 10, true, 0.05)).dragging);
  CHECK_FALSE(pointer.update(sample(40, 10, false, 0.10)).clicked);
  pointer.update(sample(10, 10, true, 1.00));
  CHECK(pointer.update(sample(90, 10, true, 1.05, false)).dragging);
}

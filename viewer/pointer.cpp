#include "viewer/pointer.h"

#include <cmath>

namespace differentia::viewer {

PointerResult Pointer::update(const PointerSample& sample) {
  PointerResult result;
  if (sample.down && !was_down_ && sample.inside) {
    pressed_ = true;
    start_ = last_ = sample.position;
    start_time_ = sample.time;
  }
  if (pressed_) {
    const double moved = std::hypot(sample.position.x - start_.x, sample.position.y - start_.y);
    if (!dragging_ && moved >= kClickDistance) dragging_ = true;
    if (dragging_) {
      result.dragging = true;
      result.dx = sample.position.x - last_.x;
      result.dy = sample.position.y - last_.y;
      last_ = sample.position;
    }
    if (!sample.down) {
      result.clicked = !dragging_ && sample.time - start_time_ < kClickTime;
      pressed_ = dragging_ = false;
    }
  }
  was_down_ = sample.down;
  return result;
}

}  // namespace differentia::viewer

#pragma once

// Tells a click from a drag as OpenSeadragon does: a click moves less than 5 px and lasts less than
// 300 ms.

#include "base/photo_geometry.h"

namespace differentia::viewer {

struct PointerSample {
  Point position;       // pixels
  bool down = false;    // the button
  double time = 0;      // seconds
  bool inside = false;  // over the canvas and not over a widget
};

struct PointerResult {
  bool clicked = false;
  bool dragging = false;
  double dx = 0, dy = 0;  // pixels moved by dragging since the last sample
};

class Pointer {
 public:
  static constexpr double kClickDistance = 5;  // pixels
  static constexpr double kClickTime = 0.3;    // seconds

  // A press counts only when it began inside; a drag goes on outside.
  PointerResult update(const PointerSample& sample);
  bool dragging() const { return dragging_; }

 private:
  bool pressed_ = false, was_down_ = false, dragging_ = false;
  Point start_, last_;
  double start_time_ = 0;
};

}  // namespace differentia::viewer

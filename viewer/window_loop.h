#pragma once

// The live window's turns: waits for input or for a worker, then draws, and draws nothing while
// nothing changes. Main thread only.

#include <chrono>

#include "viewer/app.h"
#include "viewer/gl_renderer.h"
#include "viewer/window.h"

namespace differentia::viewer {

class WindowLoop {
 public:
  // Refers to all three.
  WindowLoop(Window& window, GlRenderer& renderer, App& app);
  // Waits at most that long and sets a frame where one is due; answers whether it did.
  bool turn(double wait_seconds);

 private:
  using Clock = std::chrono::steady_clock;
  Window& window_;
  GlRenderer& renderer_;
  App& app_;
  Clock::time_point start_ = Clock::now(), last_ = start_;
  int frames_left_ = 3;
};

}  // namespace differentia::viewer

#include "viewer/window_loop.h"

#include <algorithm>

namespace differentia::viewer {

namespace {

// After every input: ImGui reacts one frame late, and so does what hovers.
constexpr int kFramesAfterInput = 3;

}  // namespace

WindowLoop::WindowLoop(Window& window, GlRenderer& renderer, App& app)
    : window_(window), renderer_(renderer), app_(app) {}

bool WindowLoop::turn(double wait_seconds) {
  window_.poll(frames_left_ > 0 || app_.wants_frame() ? 0 : wait_seconds);
  for (const std::string& path : window_.take_dropped()) app_.drop(path);
  if (window_.take_activity()) frames_left_ = kFramesAfterInput;
  if (app_.wants_frame()) frames_left_ = std::max(frames_left_, 1);
  if (frames_left_ <= 0) return false;
  --frames_left_;
  const auto now = Clock::now();
  window_.begin_frame();
  renderer_.begin_frame(window_.size(), window_.framebuffer(), Colours().canvas);
  app_.frame(window_.size(), std::chrono::duration<double>(now - start_).count(),
             std::chrono::duration<double>(now - last_).count());
  window_.end_frame();
  last_ = now;
  return true;
}

}  // namespace differentia::viewer

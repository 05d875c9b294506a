#include "viewer/viewer.h"

#include <chrono>

#include "viewer/app.h"
#include "viewer/gl_renderer.h"
#include "viewer/snapshot.h"
#include "viewer/window.h"

namespace differentia::viewer {

int run_viewer(const ViewOptions& options) {
  if (!options.snapshot.empty()) {
    write_snapshot(options);
    return 0;
  }
  using Clock = std::chrono::steady_clock;
  WindowOptions window_options;
  window_options.size = options.window;
  Window window(window_options);
  GlRenderer renderer;
  const double scale = options.ui_scale > 0 ? options.ui_scale : window.content_scale();
  App app(options, renderer, static_cast<float>(scale), false);
  app.copy_text = [&](const std::string& text) { window.copy_text(text); };
  const auto start = Clock::now();
  auto last = start;
  int frames_left = 3;  // after every input: ImGui reacts one frame late, and so does what hovers
  while (!window.closing()) {
    window.poll(frames_left > 0 ? 0 : 60);
    for (const std::string& path : window.take_dropped()) app.drop(path);
    if (window.take_activity()) frames_left = 3;
    const auto now = Clock::now();
    window.begin_frame();
    renderer.begin_frame(window.size(), window.framebuffer(), Colours().canvas);
    app.frame(window.size(), std::chrono::duration<double>(now - start).count(),
              std::chrono::duration<double>(now - last).count());
    window.end_frame();
    last = now;
    frames_left = app.wants_frame() ? std::max(frames_left, 1) : frames_left - 1;
  }
  return 0;
}

}  // namespace differentia::viewer

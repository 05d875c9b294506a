#include "viewer/viewer.h"

#include "viewer/app.h"
#include "viewer/gl_renderer.h"
#include "viewer/snapshot.h"
#include "viewer/window.h"
#include "viewer/window_loop.h"

namespace differentia::viewer {

namespace {

constexpr double kLongestWait = 0.25;  // seconds until somebody who asks to stop is heard

}  // namespace

int run_viewer(const ViewOptions& options) {
  if (!options.snapshot.empty()) {
    write_snapshot(options);
    return 0;
  }
  WindowOptions window_options;
  window_options.size = options.window;
  Window window(window_options);
  GlRenderer renderer;
  const double scale = options.ui_scale > 0 ? options.ui_scale : window.content_scale();
  App app(options, renderer, static_cast<float>(scale), false);
  app.copy_text = [&](const std::string& text) { window.copy_text(text); };
  WindowLoop loop(window, renderer, app);
  while (!window.closing() && !(options.stop_asked && options.stop_asked()))
    loop.turn(kLongestWait);
  return 0;
}

}  // namespace differentia::viewer

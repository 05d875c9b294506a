#include "viewer/frame_times.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>

#include <imgui.h>

#include "base/error.h"
#include "viewer/app.h"
#include "viewer/gl_renderer.h"
#include "viewer/window.h"

namespace differentia::viewer {

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Mouse and wheel of one frame: zoom in at a place, drag across, zoom on, drag, and all the way out
// again.
void move_hands(int frame, Size window) {
  ImGuiIO& io = ImGui::GetIO();
  constexpr int kRound = 160;  // frames until the script begins again, elsewhere
  const int at = frame % kRound;
  const int round = frame / kRound;
  const double angle = 2.4 * round;
  const double x = window.width * (0.47 + 0.1 * std::cos(angle));
  const double y = window.height * (0.5 + 0.16 * std::sin(angle));
  io.MousePos = {static_cast<float>(x), static_cast<float>(y)};
  const bool drag = (at >= 30 && at < 70) || (at >= 90 && at < 130);
  if (drag) {
    const double t = (at % 60 - 30) / 40.0;
    io.MousePos.x += static_cast<float>(220 * std::sin(6.28 * t));
    io.MousePos.y += static_cast<float>(160 * t);
  }
  io.MouseDown[0] = drag;
  io.MouseWheel = 0;
  if ((at < 30 || (at >= 70 && at < 90)) && at % 3 == 0) io.MouseWheel = 1;
  if (at >= 130 && at % 2 == 0) io.MouseWheel = -1;
}

}  // namespace

FrameTimes measure_frames(const ViewOptions& options, int frames) {
  FrameTimes times;
  const auto start = Clock::now();
  WindowOptions window_options;
  window_options.size = options.window;
  window_options.hidden = true;
  Window window(window_options);
  GlRenderer renderer;
  App app(options, renderer, static_cast<float>(options.ui_scale > 0 ? options.ui_scale : 1), true);
  app.set_still(false);
  double time = 0;
  const auto draw = [&](int scripted) {
    window.poll(scripted < 0 ? 0.002 : 0);
    const auto begin = Clock::now();
    window.begin_frame([&] {
      if (scripted >= 0) move_hands(scripted, options.window);
    });
    renderer.begin_frame(window.size(), window.framebuffer(), Colours().canvas);
    time += 1.0 / 60;
    app.frame(window.size(), time, 1.0 / 60);
    window.end_frame();
    if (app.error()) std::rethrow_exception(app.error());
    return since(begin);
  };
  while (!app.map_shown()) {
    draw(-1);
    times.start_to_first_frame = since(start);
    if (times.start_to_first_frame > options.snapshot_seconds)
      throw InputError("The map was not there after " +
                       std::to_string(static_cast<int>(options.snapshot_seconds)) + " s.");
  }
  while (!app.complete() && since(start) < options.snapshot_seconds) draw(-1);
  times.start_to_complete = since(start);
  for (int frame = 0; frame < frames; ++frame) {
    const std::clock_t before = std::clock();
    times.frames.push_back(draw(frame));
    times.processor.push_back(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
    times.most_tiles = std::max(times.most_tiles, app.map_panel().canvas().tiles_drawn());
  }
  return times;
}

}  // namespace differentia::viewer

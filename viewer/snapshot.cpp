#include "viewer/snapshot.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <filesystem>

#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "base/image/write_picture.h"
#include "viewer/app.h"
#include "viewer/gl_renderer.h"
#include "viewer/window.h"

namespace differentia::viewer {

namespace {

// What is laid out in one frame from what was measured in the last needs a few to settle.
constexpr int kSettled = 4;

}  // namespace

void write_snapshot(const ViewOptions& options) {
  std::filesystem::path name(options.snapshot);
  std::string extension = name.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension != ".png")
    throw InputError("'" + options.snapshot +
                     "' is no name of a PNG, which snapshots are; name it '" +
                     name.replace_extension(".png").string() + "'.");
  using Clock = std::chrono::steady_clock;
  WindowOptions window_options;
  window_options.size = options.window;
  window_options.hidden = window_options.still = true;
  Window window(window_options);
  GlRenderer renderer;
  const double scale = options.ui_scale > 0 ? options.ui_scale : 1;
  App app(options, renderer, static_cast<float>(scale), true);
  const auto start = Clock::now();
  double time = 0;
  for (int settled = 0; settled < kSettled;) {
    window.poll(settled > 0 ? 0 : 0.01);
    window.begin_frame();
    renderer.begin_frame(window.size(), window.framebuffer(), Colours().canvas);
    time += 1.0 / 60;
    app.frame(window.size(), time, 1.0 / 60);
    window.end_frame();
    if (app.error()) std::rethrow_exception(app.error());
    if (options.stop_asked && options.stop_asked()) throw Interrupted();
    settled = app.complete() ? settled + 1 : 0;
    if (std::chrono::duration<double>(Clock::now() - start).count() > options.snapshot_seconds)
      throw InputError("The screen was not complete after " +
                       std::to_string(static_cast<int>(options.snapshot_seconds)) +
                       " s; is the disk very slow, or the model very large?");
  }
  // Who asks for a model, a method, a target or a layer gets no picture without them.
  const InitialView& asked = options.initial;
  if (!app.saliency_failure().empty() &&
      !((options.model + asked.method + asked.target + asked.against).empty() &&
        asked.layers.empty()))
    throw InputError(app.saliency_failure());
  std::vector<unsigned char> pixels = window.read_pixels();
  const cv::Mat rgb(options.window.height, options.window.width, CV_8UC3, pixels.data());
  cv::Mat bgr;
  cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
  write_picture(options.snapshot, bgr);
}

}  // namespace differentia::viewer

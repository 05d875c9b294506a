// The live window, hidden: what it shows when nothing moves any more is the whole picture.

#include "viewer/window_loop.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "tests/atlas/store/synthetic/synthetic_atlas.h"
#include "tests/catch.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

namespace fs = std::filesystem;

// What the window shows once no frame has been set for a second and a half: nobody touches it.
cv::Mat shown_at_rest(const ViewOptions& options) {
  WindowOptions window_options;
  window_options.size = options.window;
  window_options.hidden = true;
  Window window(window_options);
  GlRenderer renderer;
  App app(options, renderer, 1, false);
  WindowLoop loop(window, renderer, app);
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  for (auto drawn = start; Clock::now() - drawn < std::chrono::milliseconds(1500);)
    if (loop.turn(0.2)) drawn = Clock::now();
  std::vector<unsigned char> pixels = window.read_pixels();
  cv::Mat bgr;
  cv::cvtColor(cv::Mat(options.window.height, options.window.width, CV_8UC3, pixels.data()), bgr,
               cv::COLOR_RGB2BGR);
  return bgr;
}

}  // namespace

TEST_CASE("a window left alone draws its last frame too") {
  if (std::getenv("DISPLAY") == nullptr) {
    WARN("There is no display: run under xvfb-run.");
    return;
  }
  setenv("LIBGL_ALWAYS_SOFTWARE", "1", 0);
  const fs::path folder =
      fs::temp_directory_path() / ("differentia_window_loop_test-" + std::to_string(getpid()));
  fs::create_directories(folder);
  setenv("XDG_CONFIG_HOME", folder.c_str(), 1);  // the recent atlases
  ViewOptions options;
  options.atlas = (folder / "made.atlas").string();
  store::make_synthetic_atlas(options.atlas);
  options.window = {900, 600};
  options.snapshot = (folder / "whole.png").string();
  const auto check = [&] {
    run_viewer(options);
    const cv::Mat whole = cv::imread(options.snapshot);
    const cv::Mat rest = shown_at_rest(options);
    REQUIRE(rest.size() == whole.size());
    CHECK(cv::norm(rest, whole, cv::NORM_INF) == 0);
  };
  options.initial.taxon = "1";
  check();
  options.initial.concept_number = 1;
  check();
  options.initial.exemplar = 0;
  check();
  fs::remove_all(folder);
}

TEST_CASE("the window closes when somebody asks to stop") {
  if (std::getenv("DISPLAY") == nullptr) {
    WARN("There is no display: run under xvfb-run.");
    return;
  }
  setenv("LIBGL_ALWAYS_SOFTWARE", "1", 0);
  ViewOptions options;
  options.window = {400, 300};
  int asked = 0;
  options.stop_asked = [&] { return ++asked > 6; };
  const auto start = std::chrono::steady_clock::now();
  CHECK(run_viewer(options) == 0);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

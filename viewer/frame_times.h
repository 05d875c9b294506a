#pragma once

// How long frames take, measured on the real program: a hidden window, the map of an atlas, and
// scripted hands that zoom and pan over it. For benchmarks.

#include <vector>

#include "viewer/viewer.h"

namespace differentia::viewer {

struct FrameTimes {
  double start_to_first_frame =
      0;  // seconds from the call to the first finished frame that shows tiles of the map
  double start_to_complete = 0;  // seconds until all of them have their icons
  std::vector<double> frames;    // seconds of each scripted frame, drawing finished
  std::vector<double>
      processor;               // processor seconds of each, all threads: steady on a busy machine
  std::size_t most_tiles = 0;  // drawn in one frame
};

// `frames`: how many scripted frames. Throws as run_viewer does.
FrameTimes measure_frames(const ViewOptions& options, int frames);

}  // namespace differentia::viewer

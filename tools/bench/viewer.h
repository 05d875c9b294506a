#pragma once

// The viewer's rows: start to first frame, and the 99th percentile frame, on synthetic atlases.

#include <string>
#include <vector>

#include "base/progress.h"
#include "tools/bench/row.h"

namespace differentia {

struct ViewerBenchOptions {
  std::string scratch;  // folder for the synthetic atlases (some 200 MB); empty: a temporary one,
                        // removed again
  int frames = 960;     // scripted frames on each map
};

// Needs a display (xvfb-run on a server) and measures what draws there: set LIBGL_ALWAYS_SOFTWARE=1
// for software GL. Throws InputError where there is no display.
std::vector<BenchRow> bench_viewer(const ViewerBenchOptions& options,
                                   const ProgressCallback& progress = {});

}  // namespace differentia

#pragma once

// Collect's rows: its speed against the bound (what it cannot do without, each part timed alone in
// the same run) and how its memory grows with the number of photos.

#include <string>
#include <vector>

#include "base/progress.h"
#include "tools/bench/row.h"

namespace differentia {

struct CollectBenchOptions {
  std::string photos;             // photo set to collect
  std::string model;              // TorchScript file
  std::string small_model;        // for the memory rows, which run 25,000 photos; empty: `model`
  int photos_per_taxon = 0;       // taken of the set; 0: all
  int attributed_per_taxon = 24;  // the same for the row with attribution, which is slower
  int rounds = 3;                 // bound and collect take turns so often; medians are reported
  int threads = 0;                // 0: all cores
  bool memory = true;             // measure the memory row
  bool speed = true;              // measure the rows of speed
  int fewer_photos = 5000, more_photos = 20000;  // of the memory rows
};

// Run it with OMP_WAIT_POLICY=passive and nothing else on the machine: the parts are timed alone.
// The memory rows come first, before anything else has grown the process.
std::vector<BenchRow> bench_collect(const CollectBenchOptions& options,
                                    const ProgressCallback& progress = {});

}  // namespace differentia

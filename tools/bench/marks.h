#pragma once

// Field marks against the truth of demo worlds: is the first mark of a pair where the pair truly
// differs, and does a mark's strength follow what exchanging the part does?

#include <string>
#include <vector>

#include "base/progress.h"
#include "tools/bench/row.h"

namespace differentia {

struct MarkWorld {
  std::string name;
  std::string
      photos;         // photos.csv of a world: photos, masks, parts/ and description.json beside it
  std::string model;  // trained on it; report.json beside it has the effect of exchanging each part
  std::string atlas;  // made where it is not there
};

struct MarkBenchOptions {
  std::vector<MarkWorld> worlds;
  bool test = true;  // by removal
  int threads = 2;
  std::string details;  // a line a pair is written here; empty: nowhere
};

// Over unordered sister pairs of which exchanging a part moves z_A − z_B by 20 % or more of the
// pair's margin (of 1 logit where the margin is less).
std::vector<BenchRow> bench_marks(const MarkBenchOptions& options,
                                  const ProgressCallback& progress = {});

// The world invented from this number, its network and its place for an atlas, in `folder`; made
// where they are not there (the network takes about ten minutes).
MarkWorld invented_world(unsigned number, const std::string& folder, int threads,
                         const ProgressCallback& progress = {});

}  // namespace differentia

#pragma once

// Field marks against the truth of demo worlds: is the first mark of a pair where the pair truly
// differs, and does a mark's strength follow what exchanging the part does?

#include <vector>

#include "base/progress.h"
#include "tools/bench/mark_worlds.h"
#include "tools/bench/row.h"

namespace differentia {

// Over unordered sister pairs of which exchanging a part moves z_A − z_B by 20 % or more of the
// pair's margin (of 1 logit where the margin is less). A mark's strength counts for the differing
// part that it is at in most photos, of several the nearest.
std::vector<BenchRow> bench_marks(const MarkBenchOptions& options,
                                  const ProgressCallback& progress = {});

}  // namespace differentia

#pragma once

// Do a plate's small pictures of the other taxon show what those of the mark show? Against the part
// masks of demo worlds.

#include <vector>

#include "base/progress.h"
#include "tools/bench/marks.h"
#include "tools/bench/row.h"

namespace differentia {

// Over the field marks of the sister pairs' plates: the part in the middle of the mark's patch, and
// how far from the middle of the other's patch that part lies (what is below it, where the other
// lacks it). Atlases are made where they are not there.
std::vector<BenchRow> bench_plates(const MarkBenchOptions& options,
                                   const ProgressCallback& progress = {});

}  // namespace differentia

#pragma once

// How long pairs take, from an open atlas.

#include <vector>

#include "base/progress.h"
#include "tools/bench/mark_worlds.h"
#include "tools/bench/row.h"

namespace differentia {

// Of the first world: all pairs untested, all sister pairs (taxa of one genus) tested, and the
// longest of either.
std::vector<BenchRow> bench_marks_speed(const MarkBenchOptions& options,
                                        const ProgressCallback& progress = {});

}  // namespace differentia

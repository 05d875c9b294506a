#pragma once

// False marks: pairs that differ in nothing to be seen. Half of the observations of one species
// bear the name of its sister, so that the network tells the two names apart by none of the photos'
// looks, though it has reasons for the one species in all of them.

#include <string>
#include <vector>

#include "base/progress.h"
#include "tools/bench/mark_worlds.h"
#include "tools/bench/row.h"

namespace differentia {

// Of the first world: three pairs of each genus that has as many species. `scratch`: a folder for
// the renamed photo sets and their atlases, which are made where they are not there.
std::vector<BenchRow> bench_split_taxa(const MarkBenchOptions& options, const std::string& scratch,
                                       const ProgressCallback& progress = {});

}  // namespace differentia

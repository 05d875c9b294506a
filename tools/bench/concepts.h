#pragma once

// The concepts' rows, judged on a demo world's part masks, which find_concepts never sees.

#include <string>
#include <vector>

#include "base/progress.h"
#include "tools/bench/row.h"

namespace differentia {

struct ConceptBenchOptions {
  std::string
      photos;  // CSV of a rendered world (64 photos a taxon), with part masks beside the photos
  std::string model;  // the network trained on it
  int taxa = 0;       // how many; 0: all
  int threads = 0;
  std::uint64_t seed = 1;
};

// "concepts on the subject with 60 % of their positions in one part" and "concepts built from two
// halves of the photos that match"; the same for concepts by looks alone.
std::vector<BenchRow> bench_concepts(const ConceptBenchOptions& options,
                                     const ProgressCallback& progress = {});

}  // namespace differentia

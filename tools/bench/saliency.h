#pragma once

// The rows of the saliency methods: every one of the registry, over the demo world and the pets.

#include <string>
#include <vector>

#include "base/progress.h"
#include "tools/bench/row.h"

namespace differentia {

struct SaliencyBenchOptions {
  std::string photos;                        // CSV of a rendered world, with subject masks
  std::string model;                         // the network trained on it
  std::string pets = "../shared/real/pets";  // photos.csv and model.pt; left out where absent
  std::vector<std::string> methods;          // empty: all; else these, over all photos
  int count = 216;                           // photos of the world; a twelfth of that of the pets
  int threads = 2;
  std::string markdown;  // file that the tables are written to; empty: nowhere
};

std::vector<BenchRow> bench_saliency(const SaliencyBenchOptions& options,
                                     const ProgressCallback& progress = {});

}  // namespace differentia

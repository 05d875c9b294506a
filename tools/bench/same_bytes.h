#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "tools/bench/row.h"

namespace differentia {

struct SameBytesOptions {
  std::string photos;  // photo set
  std::string model;
  std::string scratch;  // folder for two atlases, removed afterwards
  int photos_per_taxon = 12;
};

// Builds the same atlas with one thread and with two, and counts the files that are the same.
std::vector<BenchRow> bench_same_bytes(const SameBytesOptions& options,
                                       const ProgressCallback& progress = {});

}  // namespace differentia

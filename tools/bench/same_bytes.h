#pragma once

#include <string>
#include <vector>

#include "tools/bench/row.h"

namespace differentia {

struct SameBytesOptions {
  std::string photos;  // photo set
  std::string model;
};

// Builds the same atlas with one thread and with two, and compares every file.
std::vector<BenchRow> bench_same_bytes(const SameBytesOptions& options);

}  // namespace differentia

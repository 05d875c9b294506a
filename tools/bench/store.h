#pragma once

// The store's rows: an atlas of 55,000 taxa, the design size.

#include <string>
#include <vector>

#include "tools/bench/row.h"

namespace differentia {

// Writes a synthetic atlas of 55,000 taxa (about 1 GB) into `scratch` where none is there yet.
std::vector<BenchRow> bench_store(const std::string& scratch);

}  // namespace differentia

#pragma once

// The map's rows: trustworthiness, neighbour preservation and time against umap-learn on the same
// vectors, one run.

#include <string>
#include <vector>

#include "atlas/layout.h"
#include "base/matrix.h"
#include "base/progress.h"
#include "tools/bench/row.h"

namespace differentia {

// Trustworthiness (Venna & Kaski 2001) of a layout over its k nearest neighbours by cosine: 1 is
// perfect. Over at most `sample` points, evenly spaced.
double trustworthiness(const Matrix& unit, const Layout& layout, std::size_t k = 15,
                       std::size_t sample = 2000);

// Mean share of each point's k nearest neighbours by cosine that are among its k nearest on the
// map.
double neighbour_preservation(const Matrix& unit, const Layout& layout, std::size_t k = 15,
                              std::size_t sample = 2000);

struct MapBenchOptions {
  std::string photos;                       // photo set to lay out
  std::string model;                        // TorchScript file
  std::string python = "/usr/bin/python3";  // with umap-learn
  std::string script = "tools/bench/umap_reference.py";
  std::string scratch;  // folder for vectors and results; empty: a temporary one
  int taxa = 3;         // whose maps are compared
  int threads = 0;      // of both; 0: all cores
};

std::vector<BenchRow> bench_map(const MapBenchOptions& options,
                                const ProgressCallback& progress = {});

}  // namespace differentia

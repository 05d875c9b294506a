#pragma once

// The same work by hand in Python (python_way.py): torch with hooks, faiss and umap-learn, on the
// same photos and threads.

#include <string>
#include <vector>

#include "base/progress.h"
#include "tools/bench/row.h"

namespace differentia {

struct PythonWayOptions {
  std::string photos;                       // CSV
  std::string script;                       // python_way.py
  std::string python = "/usr/bin/python3";  // with torchvision, faiss, umap-learn
  std::string scratch;                      // folder for the exported model
  int threads = 2;
};

// Ratios of seconds, Python's over ours: network stages (decoding, forward, attribution),
// clustering, layout, all.
std::vector<BenchRow> bench_python_way(const PythonWayOptions& options,
                                       const ProgressCallback& progress = {});

}  // namespace differentia

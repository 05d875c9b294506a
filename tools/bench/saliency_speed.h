#pragma once

// How near RISE, occlusion and Score-CAM come to the speed of the bare network, whether RISE's
// memory grows with its masks, and RISE by hand in Python.

#include <string>
#include <vector>

#include "base/progress.h"
#include "tools/bench/row.h"

namespace differentia {

struct SaliencySpeedOptions {
  std::string photos;                        // CSV; its first photo is the one that is explained
  std::string model;                         // the demo world's network
  std::string pets = "../shared/real/pets";  // model.pt; where absent the test suite's resnet18
  std::string script = "tools/bench/rise_python_way.py";
  std::string python = "/usr/bin/python3";  // with torchvision
  std::string scratch;                      // folder for the network that Python exports
  int threads = 2;
  int rounds = 3;
};

std::vector<BenchRow> bench_saliency_speed(const SaliencySpeedOptions& options,
                                           const ProgressCallback& progress = {});

}  // namespace differentia

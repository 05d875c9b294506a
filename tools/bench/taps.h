#pragma once

// Logits, activations and gradients of tapped layers against Python's eager mode, on torchvision's
// networks.

#include <string>
#include <vector>

#include "tools/bench/row.h"
#include "tools/bench/test_models.h"

namespace differentia {

// One network in one form and precision, the worst over its layers and several runs in a row.
// Errors are relative to the largest value of the tensor compared.
struct TapErrors {
  std::string network;  // "resnet18"
  std::string form;     // "traced" or "scripted"
  bool float64 = false;
  double logits = 0;
  double activations = 0;
  double gradients = 0;
  double least_cosine = 1;   // between gradients
  double folded_logits = 0;  // of the folded forward session (float32 only)
  double folded_grids = 0;
  int runs = 0;
};

// The networks compared.
std::vector<std::string> tap_networks();

// Traced and scripted, float64 and float32.
std::vector<TapErrors> tap_errors(const std::string& network, const std::string& folder,
                                  int runs = 4);

// The rows of design.md, over all networks.
std::vector<BenchRow> bench_taps();

// A named tensor of NAME.golden.json and NAME.golden.bin.
std::vector<double> golden_tensor(const std::string& path_without_ending, const std::string& key);

}  // namespace differentia

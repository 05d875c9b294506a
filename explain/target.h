#pragma once

// What an explanation explains: a linear functional of the outputs.

#include <string>
#include <utility>
#include <vector>

namespace differentia {

struct Target {
  std::vector<std::pair<int, double>> weights;  // (output, weight): z = Σ weight · output

  static Target output(int index) { return {{{index, 1.0}}}; }
  static Target difference(int a, int b) { return {{{a, 1.0}, {b, -1.0}}}; }
};

}  // namespace differentia

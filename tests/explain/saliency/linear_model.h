#pragma once

// A network whose outputs are linear in its input, so that what a method must give is a formula.

#include <memory>
#include <vector>

#include "explain/model.h"

namespace differentia {

struct LinearModel {
  std::shared_ptr<const Model> model;        // two outputs: bias[o] + Σ weights[o][i] · input[i]
  std::vector<std::vector<double>> weights;  // by output; 3 × height × width
  std::vector<double> bias;
};

// Photos are stretched to `size`; their mean colour is grey (0.5).
LinearModel linear_model(Size size);

}  // namespace differentia

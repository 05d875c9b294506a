#pragma once

// A network that looks at one patch only, so that every area has a closed form.

#include <memory>
#include <string>

#include "explain/model.h"

namespace differentia {

// Inputs of 16×16, stretched, neither centred nor scaled (white is 1). Outputs z, 0, 0, where z is
// `gain` times the mean of rows and columns 4 … 7, of all three colours, plus `bias`, which is no
// parameter but a statistic like batch norm's. `bare`: without any parameter, its weights are
// buffers.
std::string save_patch_model(const std::string& name, double gain, double bias = 0,
                             bool bare = false);

inline std::shared_ptr<const Model> patch_model(double gain, double bias = 0) {
  return Model::load(save_patch_model("patch", gain, bias));
}

}  // namespace differentia

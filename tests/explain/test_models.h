#pragma once

// The small networks of tools/export_test_models.py, and inputs for them.

#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "explain/model.h"
#include "tools/bench/taps.h"

namespace differentia {

inline std::string small_path(const std::string& name) {
  return test_models_folder() + "/" + name + ".pt";
}

// With a card of 32×32 pixels, stretched.
inline std::shared_ptr<const Model> small_model(const std::string& name,
                                                ModelOptions options = {}) {
  options.card = test_models_folder() + "/card32.json";
  return Model::load(small_path(name), options);
}

inline std::vector<float> random_inputs(const Model& model, int photos, std::uint32_t stream = 0) {
  const Size size = model.card().input.size;
  std::vector<float> inputs(static_cast<std::size_t>(photos) * 3 * size.width * size.height);
  Random random(1, stream);
  for (float& value : inputs) value = static_cast<float>(random.normal());
  return inputs;
}

}  // namespace differentia

#pragma once

// Model-parameter randomisation (Adebayo et al. 2018): a map that stays the same when the weights
// are drawn at random does not show what the model has learned.

#include <cstdint>
#include <memory>

#include "explain/model.h"

namespace differentia {

enum class Redraw {
  kHead,  // the last layer that has weights
  kAll,   // every layer
};

// The model with these weights drawn anew: each tensor from a normal distribution of its own mean
// and standard deviation, by counter-based random numbers; batch norm's running statistics stay.
// Labels, input and layers are the model's. Its file is not touched. Throws InputError where the
// file has no parameters (weights saved as buffers or constants), FileError where the temporary
// folder cannot be written to.
std::shared_ptr<const Model> redrawn_model(const Model& model, Redraw which,
                                           std::uint64_t seed = 1);

}  // namespace differentia

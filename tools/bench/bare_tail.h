#pragma once

// What attribution cannot do without: the network above a layer, forward and backward, and nothing
// else.

#include <memory>
#include <string>

#include "explain/grids.h"
#include "explain/model.h"

namespace differentia {

struct BareTail {
  double forward = 0;   // seconds of one thread for one photo-step
  double backward = 0;  // the same, for one target
};

// Runs `grids` (at `layer`, at least `batch` photos) in batches on the calling thread, each batch
// forward once and backward once.
BareTail time_bare_tail(const Model& model, const std::string& layer, const Grids& grids,
                        int batch = 16);

}  // namespace differentia

#pragma once

// What each pixel of an input adds to a target on the way from another input to it: integrated
// gradients (Sundararajan et al. 2017) along the straight line, midpoint rule, summed over the
// colours. The sum over all pixels tends to z(to) − z(from) as steps grow.

#include <memory>
#include <vector>

#include <gsl/span>

#include "explain/model.h"
#include "explain/target.h"

namespace differentia {

// One per worker (not thread-safe).
class PathAttribution {
 public:
  explicit PathAttribution(std::shared_ptr<const Model> model);
  ~PathAttribution();

  // `from`, `to`: one input each, as preprocess() writes it. `target`: of the outputs. Row-major,
  // of the input's size, in units of the target. Throws InputError where a size is wrong.
  std::vector<float> run(gsl::span<const float> from, gsl::span<const float> to,
                         const Target& target, int steps);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace differentia

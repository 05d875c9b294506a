#pragma once

// Activations of any layers and gradients there, with every operation as it stands in the model:
// nothing folded, in the model's own precision. Slower than ForwardSession; for checks, and for
// whoever needs gradients at inner layers.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gsl/span>

#include "explain/model.h"
#include "explain/target.h"

namespace differentia {

struct Tapped {
  std::string layer;                // empty: the input
  std::vector<std::int64_t> shape;  // photos first, then channels, rows, columns
  std::vector<double> values;
  std::vector<double> gradient;  // of the target, summed over the photos; empty if not asked for
};

struct TapResult {
  std::vector<double> outputs;  // size photos * outputs
  Tapped input;
  std::vector<Tapped> layers;  // in the order asked for
};

class TapSession {
 public:
  // Throws UnknownName.
  TapSession(std::shared_ptr<const Model> model, const std::vector<std::string>& layers);
  ~TapSession();

  // `inputs`: photos * 3 * height * width as preprocess() writes them, all in one batch.
  TapResult run(gsl::span<const float> inputs, int photos, const Target* target = nullptr);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace differentia

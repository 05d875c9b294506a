#pragma once

// Inside explain/ (and its tests) only: a part of a network, from one value to others, made ready
// to run.

#include <memory>
#include <string>
#include <vector>

#include <torch/csrc/jit/runtime/interpreter.h>

#include "explain/network_torch.h"

namespace differentia {

enum class SliceUse {
  kForward,   // batch norms folded, laid out for oneDNN: as fast as it gets, carries no gradient
  kGradient,  // batch norms folded; gradients flow
  kExact,     // the operations as they are in the model
};

// Immutable: may run on several threads at once.
class Slice {
 public:
  // `to` may repeat values and may contain `from`. Throws InputError where `to` needs more than
  // `from` alone.
  Slice(const Network& network, const torch::jit::Value* from,
        const std::vector<torch::jit::Value*>& to, SliceUse use);

  // Gradients are recorded as the caller's grad mode and `input` say.
  std::vector<at::Tensor> run(const at::Tensor& input) const;

  const std::shared_ptr<torch::jit::Graph>& graph() const { return graph_; }

 private:
  c10::intrusive_ptr<c10::ivalue::Object> self_;
  std::shared_ptr<torch::jit::Graph> graph_;
  torch::jit::Code code_;
};

}  // namespace differentia

#pragma once

// Inside explain/ (and its tests) only: what a Model holds.

#include <map>
#include <mutex>

#include "explain/model.h"
#include "explain/network_torch.h"
#include "explain/slice_torch.h"

namespace differentia {

struct Model::Impl {
  std::string path;
  std::string sha256;
  ModelCard card;
  Network network;
  std::vector<LayerInfo> layers;  // one for each of network.taps
  int outputs = 0;
  bool softmaxed = false;

  const Tap& tap(const std::string& layer) const;  // throws UnknownName

  // A slice from `from` (a layer; empty: the input) to the layers and, if asked, the outputs. Made
  // once, then shared by all sessions; safe from any thread.
  std::shared_ptr<const Slice> slice(const std::string& from,
                                     const std::vector<std::string>& layers, bool with_outputs,
                                     SliceUse use) const;

 private:
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const Slice>> slices_;
};

// Floats of a session's input or grid as a tensor of the model's type, on its device. `values` are
// not copied where the model is of float on the processor: they must outlive the tensor.
at::Tensor model_tensor(const Network& network, const float* values, at::IntArrayRef shape);

}  // namespace differentia

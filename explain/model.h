#pragma once

// A TorchScript classifier with its card: immutable, shared by all sessions, safe to use from any
// thread.

#include <memory>
#include <string>
#include <vector>

#include "base/photo_geometry.h"
#include "explain/model_card.h"

namespace differentia {

// A named module of the network as found by running one blank input through it.
struct LayerInfo {
  std::string path;  // "layer4.1.conv2"; a module used twice gets "#2"
  int channels = 0;
  int height = 0, width = 0;  // 0 × 0 where the output has no grid
  bool candidate = false;     // its output alone determines the model's outputs (it dominates them)
  GridGeometry
      grid;  // theoretical receptive-field centres over the input; meaningful where there is a grid
};

struct ModelOptions {
  std::string card;   // path of a card; empty: the one beside the model, else defaults
  std::string layer;  // overrides the card
  std::string deep_layer;
  std::string device = "cpu";     // or "cuda", "cuda:1"
  bool double_precision = false;  // compute in float64: slow, for checking
};

class Model {
 public:
  // Throws FileError for a file that is no TorchScript model, UnknownName for a layer that does not
  // exist, InputError for labels that do not fit the outputs, a network without grids, a device
  // that is not there.
  static std::shared_ptr<const Model> load(const std::string& path,
                                           const ModelOptions& options = {});
  ~Model();

  const std::string& path() const;
  const std::string& sha256() const;  // of the file
  const ModelCard& card() const;      // layer and deep_layer filled in
  int outputs() const;                // number of outputs
  bool softmaxed() const;             // the outputs are probabilities already (found by running it)
  const std::vector<LayerInfo>& layers() const;  // in the order of execution
  const LayerInfo& layer(
      const std::string& path) const;  // throws UnknownName with the nearest paths

  struct Impl;  // LibTorch stays behind here
  const Impl& impl() const { return *impl_; }

 private:
  explicit Model(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace differentia

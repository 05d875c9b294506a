#pragma once

// Inside explain/ (and its tests) only: the passes of one photo through the network. Each is made
// once, when first asked for, and shared by all methods: the class activation maps of one photo
// cost one forward pass and, for each target, one backward pass through the layers above.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gsl/span>

#include "base/image/photo.h"
#include "explain/model_impl_torch.h"
#include "explain/target.h"

namespace differentia {

// The place of the input itself, beside the layers' paths: where gradients reach the pixels.
inline const std::string kPixels;

// Where a photo is looked at while it passes through the network.
struct Places {
  std::set<std::string> seen;            // layers: their activations are asked for
  std::set<std::string> differentiated;  // layers or kPixels: gradients there as well

  bool empty() const { return seen.empty() && differentiated.empty(); }
};

struct PassCount {
  int forward = 0;   // photos (or altered photos) through the network, or a part of it
  int recorded = 0;  // those of them that recorded, on a part of the way, what gradients need
  int backward = 0;  // photos backward
};

class Passes {
 public:
  // `photo` must outlive this. `model` null: only photo() may be asked for. `batch`: altered photos
  // that go through the network together; `workers`: threads that do so at the same time where no
  // gradients are asked for, 0: as many as LibTorch may use.
  Passes(std::shared_ptr<const Model> model, const Photo& photo, int batch = 16, int workers = 0);

  const Model& model() const { return *model_; }
  const Network& network() const { return model_->impl().network; }
  const Photo& photo() const { return *photo_; }
  const InputGeometry& geometry() const { return geometry_; }
  int batch() const { return batch_; }
  int workers() const { return workers_; }
  PassCount count() const { return count_; }

  // 1 × 3 × height × width, preprocessed, in the model's type and on its device.
  const at::Tensor& input() const { return input_; }

  // One forward pass that serves all these places, these targets and the outputs, so that what
  // follows finds it made. Only what lies above the first place that is differentiated records
  // gradients. Throws UnknownName; InputError for an output or channel that is not there.
  void prepare(const Places& places, gsl::span<const Target> targets);

  // 1 × outputs, no gradients attached.
  const at::Tensor& outputs();
  // z of the photo as it is.
  double value(const Target& target);

  // channels × rows × columns of a layer, no gradients attached.
  at::Tensor activations(const std::string& layer);
  // ∂z/∂(activations), of the same shape, by a backward pass through the layers above only; at
  // kPixels 3 × height × width. Throws InputError where the target does not depend on the place, or
  // a gradient is not finite.
  at::Tensor gradients(const std::string& place, const Target& target);

  // Forward only, folded, in batches, on all workers: z of n altered inputs (n × 3 × height ×
  // width), for each target. n × targets, float64 on the processor.
  at::Tensor values(const at::Tensor& inputs, gsl::span<const Target> targets);

  // Writes the altered inputs first, first + 1 … into `inputs` (some × 3 × height × width,
  // contiguous, in the model's type and on its device). Several workers call it at once.
  using Alter = std::function<void(std::int64_t first, const at::Tensor& inputs)>;
  // Gets z of one altered input for each target, in the order of their numbers, on the caller's
  // thread; may throw. False: enough, leave the rest.
  using Take = std::function<bool(std::int64_t number, gsl::span<const double> values)>;

  // The same for altered inputs 0 … count−1 that are made only when their turn comes and never
  // kept: memory depends on workers × batch alone, what is taken neither on workers nor, but for
  // the rounding of the network's kernels (1e-7), on the batch. On processors a batch is of four
  // at most, which is fastest.
  void altered_values(std::int64_t count, const Alter& alter, gsl::span<const Target> targets,
                      const Take& take);

  // ∂z/∂input of other inputs than the photo (n × 3 × height × width), of the same shape, for each
  // target: in batches, each of one forward pass and a backward pass for each target. Throws
  // InputError where a gradient is not finite.
  std::vector<at::Tensor> input_gradients(const at::Tensor& inputs,
                                          gsl::span<const Target> targets);

  // What belongs to each position of the layer of a target's offset: of a target at that very layer
  // (a concept's direction), whose zero is the mean activation and not none, its share; else 0.
  double offset_of_position(const std::string& layer, const Target& target) const;

  // Counts a forward pass of the photo that a method made and recorded by itself. `values`: what it
  // gave at `layer` (empty: the outputs), with a leading 1, so that no other pass is made for that.
  void passed_forward(const std::string& layer, const at::Tensor& values);
  void passed_backward() { count_.backward += 1; }

  // Throws InputError where the target names an output or channel that is not there.
  void check(const Target& target) const;
  // The weights of a target as a column over outputs or channels, float64 on the processor.
  at::Tensor weights_of(const Target& target) const;

 private:
  // Where in the order of execution a layer is.
  const LayerInfo* order_of(const std::string& layer) const { return &model_->layer(layer); }
  void keep(const std::string& layer, const at::Tensor& values);
  void look(const std::set<std::string>& layers);
  void record(const Places& places);
  void run_backward(const Target& target);

  std::shared_ptr<const Model> model_;
  const Photo* photo_;
  int batch_;
  int workers_;
  std::vector<float> pixels_;
  InputGeometry geometry_;
  at::Tensor input_;
  at::Tensor outputs_;                             // no gradients attached
  std::map<std::string, at::Tensor> activations_;  // the same, by layer, with a leading 1
  at::Tensor recorded_outputs_;                    // of the recorded tail; undefined before
  std::map<std::string, at::Tensor> recorded_;     // values of the recorded tail, by place
  std::map<std::string, at::Tensor> gradients_;    // by place and target
  PassCount count_;
};

// Of values (n × outputs, or n × channels × rows × columns at a target's layer) the target's z: n
// numbers, gradients attached.
at::Tensor target_value(const at::Tensor& values, const Target& target, const at::Tensor& weights);

// Throws InputError where a number is not finite, naming the model.
void require_finite(const at::Tensor& gradients, const Model& model);

}  // namespace differentia

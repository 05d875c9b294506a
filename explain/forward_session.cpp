#include "explain/forward_session.h"

#include <algorithm>
#include <cstring>

#include <c10/core/InferenceMode.h>

#include "base/error.h"
#include "explain/model_impl_torch.h"

namespace differentia {

struct ForwardSession::Impl {
  std::shared_ptr<const Model> model;
  ForwardOptions options;
  std::shared_ptr<const Slice> slice;
  std::vector<LayerInfo> layers;
  std::vector<float> padded;  // a last batch that is not full
};

ForwardSession::ForwardSession(std::shared_ptr<const Model> model, const ForwardOptions& options)
    : impl_(std::make_unique<Impl>()) {
  if (options.batch < 1) throw InputError("A batch needs at least one photo.");
  if (options.layers.empty() && !options.outputs) {
    throw InputError("A forward pass must be asked for layers or outputs.");
  }
  for (const std::string& path : options.layers) {
    impl_->layers.push_back(model->layer(path));
    if (impl_->layers.back().height == 0) {
      throw InputError("The layer " + path +
                       " has no grid: choose one that has (`differentia model` lists them).");
    }
  }
  impl_->slice = model->impl().slice("", options.layers, options.outputs, SliceUse::kForward);
  impl_->model = std::move(model);
  impl_->options = options;
}

ForwardSession::~ForwardSession() = default;

ForwardResult ForwardSession::run(gsl::span<const float> inputs, int photos) {
  const Model& model = *impl_->model;
  const Network& network = model.impl().network;
  const Size size = model.card().input.size;
  const std::size_t per_photo = static_cast<std::size_t>(3) * size.height * size.width;
  if (inputs.size() != per_photo * photos) {
    throw InputError("Inputs of " + std::to_string(inputs.size()) + " numbers are not " +
                     std::to_string(photos) + " photos of " + std::to_string(per_photo) + ".");
  }
  const int batch = impl_->options.batch;
  ForwardResult result;
  for (const LayerInfo& layer : impl_->layers) {
    Grids grids;
    grids.photos = photos;
    grids.height = layer.height;
    grids.width = layer.width;
    grids.channels = layer.channels;
    grids.values.resize(grids.positions() * grids.channels);
    result.grids.push_back(std::move(grids));
  }
  if (impl_->options.outputs) result.outputs = Matrix(photos, model.outputs());

  const OneThread one_thread;
  const c10::InferenceMode inference;
  for (int start = 0; start < photos; start += batch) {
    const int count = std::min(batch, photos - start);
    const float* values = inputs.data() + per_photo * start;
    if (count < batch) {
      impl_->padded.assign(per_photo * batch, 0.0f);
      std::copy_n(values, per_photo * count, impl_->padded.begin());
      values = impl_->padded.data();
    }
    // Row-major: oneDNN chooses its own layout from there.
    const auto input = model_tensor(network, values, {batch, 3, size.height, size.width});
    const auto outputs = impl_->slice->run(input);
    for (std::size_t i = 0; i < result.grids.size(); ++i) {
      Grids& grids = result.grids[i];
      const auto grid = outputs[i].narrow(0, 0, count).to(at::kCPU, at::kFloat);
      const std::size_t length = grids.values.size() / photos;
      // Written straight into its place, channels last.
      at::from_blob(grids.values.data() + length * start,
                    {count, grids.height, grids.width, grids.channels}, at::kFloat)
          .copy_(grid.permute({0, 2, 3, 1}));
    }
    if (impl_->options.outputs) {
      const auto rows = outputs.back().narrow(0, 0, count).to(at::kCPU, at::kFloat).contiguous();
      std::memcpy(result.outputs.row(start).data(), rows.data_ptr<float>(),
                  sizeof(float) * rows.numel());
    }
  }
  return result;
}

}  // namespace differentia

#include "explain/path_attribution.h"

#include "base/error.h"
#include "explain/model_impl_torch.h"

namespace differentia {

struct PathAttribution::Impl {
  std::shared_ptr<const Model> model;
  std::shared_ptr<const Slice> slice;
};

PathAttribution::PathAttribution(std::shared_ptr<const Model> model)
    : impl_(std::make_unique<Impl>()) {
  impl_->slice = model->impl().slice("", {}, true, SliceUse::kExact);
  impl_->model = std::move(model);
}

PathAttribution::~PathAttribution() = default;

std::vector<float> PathAttribution::run(gsl::span<const float> from, gsl::span<const float> to,
                                        const Target& target, int steps) {
  const Model& model = *impl_->model;
  const Size size = model.card().input.size;
  const std::size_t values = 3 * static_cast<std::size_t>(size.width) * size.height;
  if (from.size() != values || to.size() != values || steps < 1)
    throw InputError("An attribution along a path needs two inputs of the model's size.");
  const OneThread one_thread;
  const at::AutoGradMode record(true);
  const auto& network = model.impl().network;
  const std::vector<std::int64_t> shape{1, 3, size.height, size.width};
  const auto start = model_tensor(network, from.data(), shape).detach();
  const auto way = model_tensor(network, to.data(), shape).detach() - start;
  const auto at_steps =
      ((at::arange(steps, way.options()) + 0.5) / steps).reshape({steps, 1, 1, 1});
  const auto inputs = (start + at_steps * way).detach().requires_grad_(true);
  const at::Tensor outputs = impl_->slice->run(inputs).back();
  auto weights = at::zeros_like(outputs);
  for (const auto& [index, weight] : target.weights) {
    if (index < 0 || index >= model.outputs())
      throw InputError("There is no output " + std::to_string(index) + ": the model has " +
                       std::to_string(model.outputs()) + ".");
    weights.select(1, index) += weight;
  }
  const auto gradient = torch::autograd::grad({outputs}, {inputs}, {weights}).front();
  const auto map = (gradient.mean(0, true) * way).sum(1).to(at::kCPU, at::kFloat).contiguous();
  return {map.data_ptr<float>(), map.data_ptr<float>() + map.numel()};
}

}  // namespace differentia

#include "explain/tap_session.h"

#include "base/error.h"
#include "explain/model_impl_torch.h"

namespace differentia {

namespace {

std::vector<double> numbers(const at::Tensor& tensor) {
  const auto rows = tensor.detach().to(at::kCPU, at::kDouble).contiguous();
  return {rows.data_ptr<double>(), rows.data_ptr<double>() + rows.numel()};
}

}  // namespace

struct TapSession::Impl {
  std::shared_ptr<const Model> model;
  std::vector<std::string> layers;
  std::shared_ptr<const Slice> slice;
};

TapSession::TapSession(std::shared_ptr<const Model> model, const std::vector<std::string>& layers)
    : impl_(std::make_unique<Impl>()) {
  impl_->slice = model->impl().slice("", layers, true, SliceUse::kExact);
  impl_->model = std::move(model);
  impl_->layers = layers;
}

TapSession::~TapSession() = default;

TapResult TapSession::run(gsl::span<const float> inputs, int photos, const Target* target) {
  const Model& model = *impl_->model;
  const Size size = model.card().input.size;
  if (photos < 1 ||
      inputs.size() != static_cast<std::size_t>(photos) * 3 * size.width * size.height) {
    throw InputError("The inputs do not have the size of " + std::to_string(photos) + " photos.");
  }
  const OneThread one_thread;
  const at::AutoGradMode record(target != nullptr);
  const auto input =
      model_tensor(model.impl().network, inputs.data(), {photos, 3, size.height, size.width})
          .detach()
          .requires_grad_(target != nullptr);
  const auto results = impl_->slice->run(input);
  const at::Tensor& outputs = results.back();
  TapResult result;
  result.outputs = numbers(outputs);
  result.input = {"", input.sizes().vec(), numbers(input), {}};
  for (std::size_t i = 0; i < impl_->layers.size(); ++i) {
    result.layers.push_back({impl_->layers[i], results[i].sizes().vec(), numbers(results[i]), {}});
  }
  if (target == nullptr) return result;
  auto weights = at::zeros({photos, model.outputs()}, at::kDouble);
  for (const auto& [index, weight] : target->weights) {
    if (index < 0 || index >= model.outputs()) {
      throw InputError("There is no output " + std::to_string(index) + ": the model has " +
                       std::to_string(model.outputs()) + ".");
    }
    weights.select(1, index) += weight;
  }
  std::vector<at::Tensor> places(results.begin(), results.end() - 1);
  places.insert(places.begin(), input);
  const auto gradients = torch::autograd::grad({outputs}, places, {weights.to(outputs.options())},
                                               /*retain_graph=*/false,
                                               /*create_graph=*/false, /*allow_unused=*/true);
  const auto gradient_of = [&](std::size_t i) {
    return numbers(gradients[i].defined() ? gradients[i] : at::zeros_like(places[i]));
  };
  result.input.gradient = gradient_of(0);
  for (std::size_t i = 0; i < result.layers.size(); ++i)
    result.layers[i].gradient = gradient_of(i + 1);
  return result;
}

}  // namespace differentia

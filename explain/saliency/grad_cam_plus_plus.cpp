#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

// Σ_k w_k A_k with w_k = Σ_positions α ReLU(g), α = g² / (2 g² + g³ Σ_positions A_k), g = ∂z/∂A_k:
// the paper's equations 10 and 19. Like pytorch-grad-cam, it takes powers of the gradient for
// higher derivatives (of exp z) and keeps the denominator from zero by 1e-6.
at::Tensor weights(const at::Tensor& activations, const at::Tensor& gradients) {
  const std::vector<std::int64_t> positions{1, 2};
  const auto squares = gradients * gradients;
  const auto sums = activations.sum(positions, /*keepdim=*/true);
  const auto alpha = squares / (2 * squares + sums * squares * gradients + 1e-6);
  return (alpha * gradients.clamp_min(0)).sum(positions, /*keepdim=*/true);
}

std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  const std::string& layer = call.layers.front();
  const auto activations = passes.activations(layer);
  std::vector<RawMap> maps;
  for (const Target& target : call.targets) {
    const auto map = weights(activations, passes.gradients(layer, target)) * activations;
    maps.push_back({map.sum(0), passes.model().layer(layer).grid});
  }
  return maps;
}

}  // namespace

MethodEntry grad_cam_plus_plus_method() {
  Method method;
  method.name = "grad-cam++";
  method.title = "Grad-CAM++";
  method.source = "Chattopadhyay et al. 2018";
  method.needs_layer = true;
  method.is_signed = false;  // only gradients above zero count
  method.rectifies = true;
  method.help =
      "As Grad-CAM, but several or small places that speak for the target count as much as one";
  method.caveat =
      "It leaves out what speaks against the target, and where the layer has values below zero its "
      "weights can grow without bound.";
  return {method, run};
}

}  // namespace differentia

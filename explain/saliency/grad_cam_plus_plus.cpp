#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

// α = g² / (2 g² + g³ Σ_positions A_k), g = ∂z/∂A_k: the paper's equation 19. Like
// pytorch-grad-cam, it takes powers of the gradient for higher derivatives (of exp z) and keeps the
// denominator from zero by 1e-6.
at::Tensor shares(const at::Tensor& activations, const at::Tensor& gradients) {
  const std::vector<std::int64_t> positions{1, 2};
  const auto squares = gradients * gradients;
  const auto sums = activations.sum(positions, /*keepdim=*/true);
  return squares / (2 * squares + sums * squares * gradients + 1e-6);
}

// Σ_k w_k A_k with w_k = Σ_positions α ReLU(g).
RawMap map_of(const at::Tensor& activations, const at::Tensor& gradients, const LayerInfo& layer) {
  const auto alpha = shares(activations, gradients);
  const auto weights =
      (alpha * gradients.clamp_min(0)).sum(at::IntArrayRef({1, 2}), /*keepdim=*/true);
  RawMap map{(weights * activations).sum(0), layer.grid};
  // Where g > 0 and no A_k is below zero, α lies between 0 and 1/2.
  const auto lost = (gradients > 0).logical_and((alpha < 0).logical_or(alpha > 1));
  if (lost.any().item<bool>()) {
    map.warnings.push_back("the layer " + layer.path +
                           " has values below zero, where the weights of Grad-CAM++ lose their "
                           "meaning: use Grad-CAM or HiResCAM there, or a layer after a ReLU");
  }
  return map;
}

std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  const LayerInfo& layer = passes.model().layer(call.layers.front());
  return for_each_target(call, [&](const Target& target) {
    return map_of(passes.activations(layer.path), passes.gradients(layer.path, target), layer);
  });
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
      "weights lose their meaning.";
  return {method, run};
}

}  // namespace differentia

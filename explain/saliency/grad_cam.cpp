#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

// Σ_k mean(∂z/∂A_k) A_k over the channels k of the layer.
std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  const std::string& layer = call.layers.front();
  return for_each_target(call, [&](const Target& target) -> RawMap {
    const auto weights =
        passes.gradients(layer, target).mean(at::IntArrayRef({1, 2}), /*keepdim=*/true);
    const auto map = (weights * passes.activations(layer)).sum(0);
    return {map + passes.offset_of_position(layer, target), passes.model().layer(layer).grid};
  });
}

}  // namespace

MethodEntry grad_cam_method() {
  Method method;
  method.name = "grad-cam";
  method.title = "Grad-CAM";
  method.source = "Selvaraju et al. 2017";
  method.needs_layer = true;
  method.rectifies = true;
  method.help = "Where the layer's channels that speak for the target are active";
  method.caveat =
      "It is as coarse as the layer's grid, and each position sees more of the photo than its "
      "cell.";
  return {method, run};
}

}  // namespace differentia

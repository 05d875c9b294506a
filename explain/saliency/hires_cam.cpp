#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

// Σ_k ∂z/∂A_k ∘ A_k over the channels k of the layer: where what follows is a pooled linear head,
// exactly what each position adds to the target.
std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  const std::string& layer = call.layers.front();
  return for_each_target(call, [&](const Target& target) -> RawMap {
    const auto map = (passes.gradients(layer, target) * passes.activations(layer)).sum(0);
    return {map + passes.offset_of_position(layer, target), passes.model().layer(layer).grid};
  });
}

}  // namespace

MethodEntry hires_cam_method() {
  Method method;
  method.name = "hires-cam";
  method.title = "HiResCAM";
  method.source = "Draelos and Carin 2020";
  method.needs_layer = true;
  method.rectifies = true;
  method.help = "Where the layer is active and more of that would raise the target at that place";
  method.caveat =
      "At the last layer it is exact; at earlier ones the gradients of single places are noisy and "
      "hold only for small changes.";
  return {method, run};
}

}  // namespace differentia

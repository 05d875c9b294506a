#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  std::vector<RawMap> maps;
  for (const Target& target : call.targets) {
    const auto gradients = passes.gradients(kPixels, target);
    maps.push_back(
        {reduce_channels(gradients, call.values.choice("reduce")), pixel_grid(passes.model())});
  }
  return maps;
}

}  // namespace

MethodEntry gradient_method() {
  Method method;
  method.name = "gradient";
  method.title = "Gradient";
  method.source = "Simonyan et al. 2014";
  method.options = {reduce_option("max")};
  method.help = "How steeply the target changes with each pixel";
  method.caveat =
      "It tells where a small change would matter, not what is there that speaks for the target.";
  return {method, run, /*at_pixels=*/true};
}

}  // namespace differentia

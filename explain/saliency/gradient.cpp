#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  return for_each_target(call, [&](const Target& target) {
    const auto values = passes.gradients(kPixels, target);
    return on_pixels(passes.model(), reduce_channels(values, call.values.choice("reduce")));
  });
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

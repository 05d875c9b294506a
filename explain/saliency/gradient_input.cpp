#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  return for_each_target(call, [&](const Target& target) {
    const auto values = passes.gradients(kPixels, target) * passes.input()[0];
    return on_pixels(passes.model(), reduce_channels(values, call.values.choice("reduce")));
  });
}

}  // namespace

MethodEntry gradient_input_method() {
  Method method;
  method.name = "gradient-input";
  method.title = "Gradient × input";
  method.source = "Shrikumar et al. 2016";
  method.options = {reduce_option("signed")};
  method.help = "What each pixel would add to the target if the model were linear";
  method.caveat =
      "It goes by the effect of a small change, and pixels of the model card's mean colour count "
      "as nothing.";
  return {method, run, /*at_pixels=*/true};
}

}  // namespace differentia

#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  std::vector<RawMap> maps;
  for (const Target& target : call.targets) {
    const auto gradients = passes.gradients(kPixels, target);
    maps.push_back({reduce_channels(gradients * passes.input()[0], call.values.choice("reduce")),
                    pixel_grid(passes.model())});
  }
  return maps;
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

#include <algorithm>

#include <opencv2/core.hpp>

#include "explain/saliency/photo_map.h"
#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

// Σ_k ReLU(∂z/∂A_k) ∘ A_k over the channels k of the layer.
at::Tensor map_of_layer(Passes& passes, const std::string& layer, const Target& target) {
  return (passes.gradients(layer, target).clamp_min(0) * passes.activations(layer)).sum(0);
}

at::Tensor over_input(const at::Tensor& map, const GridGeometry& grid, Size input) {
  const auto values = map.to(at::kCPU, at::kFloat).contiguous();
  const cv::Mat picture(grid.height, grid.width, CV_32FC1, values.data_ptr<float>());
  const cv::Mat wide = to_input(picture, grid, input);
  return at::from_blob(wide.data, {input.height, input.width}, at::kFloat).clone();
}

// The paper's fusion: what is above zero of each map, divided by its maximum; of all but the
// deepest layer through tanh(gamma ·), because few of their values are high; then the maximum of
// all at each pixel of the input.
RawMap fuse(Passes& passes, const std::vector<std::string>& layers, const Target& target,
            double gamma) {
  RawMap fused;
  fused.grid = pixel_grid(passes.model());
  fused.values = at::zeros({fused.grid.height, fused.grid.width}, at::kFloat);
  for (const std::string& layer : layers) {
    auto map = map_of_layer(passes, layer, target).clamp_min(0);
    const double highest = map.max().item<double>();
    if (highest == 0) {
      fused.warnings.push_back("the layer " + layer +
                               " adds nothing to the map: nothing in it speaks for the target");
      continue;
    }
    map = map / highest;
    if (layer != layers.back()) map = at::tanh(gamma * map);
    const auto wide =
        over_input(map, passes.model().layer(layer).grid, {fused.grid.width, fused.grid.height});
    fused.values = at::maximum(fused.values, wide);
  }
  return fused;
}

std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  std::vector<std::string> layers = call.layers;
  const auto place = [&](const std::string& layer) { return &passes.model().layer(layer); };
  std::sort(layers.begin(), layers.end(), [&](const std::string& a, const std::string& b) {
    return place(a) < place(b);  // in the order of execution: the deepest is the last
  });
  layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
  return for_each_target(call, [&](const Target& target) -> RawMap {
    if (layers.size() == 1)
      return {map_of_layer(passes, layers[0], target), place(layers[0])->grid};
    return fuse(passes, layers, target, call.values.number("gamma"));
  });
}

}  // namespace

MethodEntry layer_cam_method() {
  Method method;
  method.name = "layer-cam";
  method.title = "LayerCAM";
  method.source = "Jiang et al. 2021";
  method.needs_layer = true;
  method.several_layers = true;
  method.is_signed = false;  // only gradients above zero count
  method.rectifies = true;
  method.options = {
      {"gamma", "Of several layers all but the deepest are lifted: tanh(gamma · map / maximum)",
       OptionKind::kNumber, 2, 0.1, 20}};
  method.help =
      "What speaks for the target place by place; given several layers, as fine as the first of "
      "them";
  method.caveat =
      "It leaves out what speaks against the target, and of several layers each map is scaled to "
      "its own maximum, so that values of two photos do not compare.";
  return {method, run};
}

}  // namespace differentia

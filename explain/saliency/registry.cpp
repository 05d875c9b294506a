#include "base/error.h"
#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

// In the order in which a list shows them.
const std::vector<MethodEntry>& entries() {
  static const std::vector<MethodEntry> all{
      grad_cam_method(),
      grad_cam_plus_plus_method(),
      hires_cam_method(),
      layer_cam_method(),
      eigen_cam_method(),
      score_cam_method(),
      gradient_method(),
      gradient_input_method(),
      smoothgrad_method(),
      integrated_gradients_method(),
      guided_backprop_method(),
      deconvnet_method(),
      rise_method(),
      occlusion_method(),
      itti_koch_method(),
      spectral_residual_method(),
  };
  return all;
}

}  // namespace

const MethodEntry& method_entry(const std::string& name) {
  for (const MethodEntry& entry : entries()) {
    if (entry.method.name == name) return entry;
  }
  std::vector<std::string> names;
  for (const MethodEntry& entry : entries()) names.push_back(entry.method.name);
  throw UnknownName::among("saliency method", name, names);
}

const std::vector<const Method*>& saliency_methods() {
  static const std::vector<const Method*> all = [] {
    std::vector<const Method*> methods;
    for (const MethodEntry& entry : entries()) methods.push_back(&entry.method);
    return methods;
  }();
  return all;
}

const Method& saliency_method(const std::string& name) {
  return method_entry(name).method;
}

GridGeometry pixel_grid(const Model& model) {
  const Size size = model.card().input.size;
  GridGeometry grid;
  grid.height = size.height;
  grid.width = size.width;
  grid.stride_x = grid.stride_y = 1;
  grid.first_x = grid.first_y = 0.5;
  return grid;
}

RawMap on_pixels(const Model& model, const at::Tensor& values) {
  return {values, pixel_grid(model)};
}

Method control_method() {
  Method method;
  method.needs_model = false;
  method.needs_gradients = false;
  method.is_signed = false;
  method.caveat = "It knows nothing of the model; a model's map no better than this says little.";
  return method;
}

std::vector<RawMap> control_maps(const MethodCall& call, const cv::Mat& map) {
  RawMap raw;
  raw.values = at::from_blob(map.data, {map.rows, map.cols}, at::kFloat).clone();
  raw.over_photo = true;
  return std::vector<RawMap>(call.targets.size(), raw);
}

MethodOption reduce_option(const std::string& by_default) {
  MethodOption option{"reduce",
                      "The three channels of a pixel to one number",
                      OptionKind::kChoice,
                      0,
                      0,
                      2,
                      {"max", "sum", "signed"}};
  while (option.choices[static_cast<std::size_t>(option.value)] != by_default) option.value += 1;
  return option;
}

at::Tensor reduce_channels(const at::Tensor& values, const std::string& how) {
  if (how == "max") return values.abs().amax(0);
  return how == "sum" ? values.abs().sum(0) : values.sum(0);
}

}  // namespace differentia

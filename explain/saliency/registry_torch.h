#pragma once

// Inside explain/saliency/ only: how a method is run, and the list of all.

#include <limits>
#include <string>
#include <vector>

#include <gsl/span>
#include <opencv2/core.hpp>

#include "base/progress.h"
#include "explain/saliency/method.h"
#include "explain/saliency/passes_torch.h"

namespace differentia {

// A map where the method made it: on a layer's grid, on the input's pixels, or (a method without a
// model) over the whole photo.
struct RawMap {
  at::Tensor values;        // rows × columns; above 0: evidence for the target; float or double
  GridGeometry grid;        // where its values lie over the input; not used with `over_photo`
  bool over_photo = false;  // covers the whole photo, not what the input shows of it
  // Of methods whose map sums to a difference of the target: Σ map − (z − z(baseline)), and that
  // difference; NaN where nothing of the kind is promised.
  double completeness_error = std::numeric_limits<double>::quiet_NaN();
  double difference = std::numeric_limits<double>::quiet_NaN();
  bool settled = false;  // ended before all passes asked for, as more would change nothing
  std::vector<std::string> warnings = {};  // sentences
  // What it means where the map is zero everywhere; empty: what it means of most methods.
  std::string if_zero = {};
};

struct MethodCall {
  gsl::span<const Target> targets;
  const MethodValues& values;
  std::vector<std::string> layers;  // each with a grid; of methods that need one
  const ProgressCallback& progress;
};

// One map for each target of the call, as `map_of` makes it of a target.
template <typename MapOf>
std::vector<RawMap> for_each_target(const MethodCall& call, const MapOf& map_of) {
  std::vector<RawMap> maps;
  for (const Target& target : call.targets) maps.push_back(map_of(target));
  return maps;
}

struct MethodEntry {
  Method method;
  // One map for each target. Throws InputError where the method cannot work on this model, saying
  // why and which can.
  std::vector<RawMap> (*run)(Passes& passes, const MethodCall& call);
  bool at_pixels = false;  // asks for the gradients of the photo's own pixels
};

// The grid of the input's own pixels, and a map on it (height × width).
GridGeometry pixel_grid(const Model& model);
RawMap on_pixels(const Model& model, const at::Tensor& values);

// What methods have in common that look at the photo alone: the description of one, and its map
// (32FC1, over the whole photo), which is the same for all targets.
Method control_method();
std::vector<RawMap> control_maps(const MethodCall& call, const cv::Mat& map);

// 3 × height × width at the pixels to height × width: "max" and "sum" of the absolute values,
// "signed" sum. The choices of the option "reduce".
MethodOption reduce_option(const std::string& by_default);
at::Tensor reduce_channels(const at::Tensor& values, const std::string& how);

const MethodEntry& method_entry(const std::string& name);  // throws UnknownName

// The methods, each in the file of its name.
MethodEntry gradient_method();
MethodEntry gradient_input_method();
MethodEntry smoothgrad_method();
MethodEntry integrated_gradients_method();
MethodEntry guided_backprop_method();
MethodEntry deconvnet_method();
MethodEntry grad_cam_method();
MethodEntry grad_cam_plus_plus_method();
MethodEntry hires_cam_method();
MethodEntry layer_cam_method();
MethodEntry eigen_cam_method();
MethodEntry score_cam_method();
MethodEntry rise_method();
MethodEntry occlusion_method();
MethodEntry itti_koch_method();
MethodEntry spectral_residual_method();

}  // namespace differentia

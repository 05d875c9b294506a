#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

// A v: the activations A (positions × channels) along their first right singular vector v, with the
// sign that makes the mean positive. As published, A is not centred: what all positions share is
// part of it. By the eigenvectors of the smaller of A Aᵀ and Aᵀ A.
at::Tensor first_component(const at::Tensor& activations) {
  const auto channels = activations.to(at::kCPU, at::kDouble).flatten(1);
  const bool few_positions = channels.size(1) <= channels.size(0);
  const auto squares =
      few_positions ? at::matmul(channels.t(), channels) : at::matmul(channels, channels.t());
  const auto [values, vectors] = at::linalg_eigh(squares, "L");
  const auto first = vectors.select(1, -1);  // values ascend
  const auto map =
      few_positions ? first * values[-1].clamp_min(0).sqrt() : at::matmul(channels.t(), first);
  return (map.sum().item<double>() < 0 ? -map : map)
      .view({activations.size(1), activations.size(2)});
}

std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  const LayerInfo& layer = passes.model().layer(call.layers.front());
  const auto activations = passes.activations(layer.path);
  RawMap map{first_component(activations), layer.grid};
  const double all = activations.square().sum().item<double>();
  const double below = activations.clamp_max(0).square().sum().item<double>();
  if (below > 0.1 * all) {
    map.warnings.push_back("the layer " + layer.path +
                           " has many values below zero, so that the direction its activations "
                           "share may be the background's: use a layer after a ReLU");
  }
  return std::vector<RawMap>(call.targets.size(), map);
}

}  // namespace

MethodEntry eigen_cam_method() {
  Method method;
  method.name = "eigen-cam";
  method.title = "Eigen-CAM";
  method.source = "Muhammad and Yeasin 2020";
  method.needs_gradients = false;
  method.needs_layer = true;
  method.is_signed = false;
  method.help = "Where the layer is active along the direction that most of its activations share";
  method.caveat =
      "It does not depend on the target: it shows what the layer responds to, whichever taxon that "
      "speaks for.";
  return {method, run};
}

}  // namespace differentia

#include "explain/saliency.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "explain/model_impl_torch.h"
#include "explain/preprocess.h"

namespace differentia {

namespace {

// Values on a grid over the model's input, brought to the photo: each pixel asks where it lies on
// the grid and takes the bilinear mean of its four neighbours (the nearest beyond the outermost
// centres).
cv::Mat to_photo(const cv::Mat& values, const GridGeometry& grid, const InputGeometry& geometry,
                 Size size) {
  const double step_x = static_cast<double>(geometry.photo.width) / size.width;
  const double step_y = static_cast<double>(geometry.photo.height) / size.height;
  cv::Mat columns(1, size.width, CV_32FC1), rows(size.height, 1, CV_32FC1);
  const Box visible = geometry.visible();
  std::vector<char> column_seen(size.width), row_seen(size.height);
  for (int x = 0; x < size.width; ++x) {
    const double photo_x = (x + 0.5) * step_x;
    column_seen[x] = photo_x >= visible.x && photo_x <= visible.x + visible.width;
    const double input_x = geometry.scale_x * photo_x + geometry.offset_x;
    columns.at<float>(0, x) = static_cast<float>((input_x - grid.first_x) / grid.stride_x);
  }
  for (int y = 0; y < size.height; ++y) {
    const double photo_y = (y + 0.5) * step_y;
    row_seen[y] = photo_y >= visible.y && photo_y <= visible.y + visible.height;
    const double input_y = geometry.scale_y * photo_y + geometry.offset_y;
    rows.at<float>(y, 0) = static_cast<float>((input_y - grid.first_y) / grid.stride_y);
  }
  cv::Mat map;
  cv::remap(values, map, cv::repeat(columns, size.height, 1), cv::repeat(rows, 1, size.width),
            cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  constexpr float kNoEvidence = std::numeric_limits<float>::quiet_NaN();
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      if (!row_seen[y] || !column_seen[x]) map.at<float>(y, x) = kNoEvidence;
    }
  }
  return map;
}

cv::Mat as_picture(const at::Tensor& values) {
  const auto rows = values.to(at::kCPU, at::kFloat).contiguous();
  return cv::Mat(static_cast<int>(rows.size(0)), static_cast<int>(rows.size(1)), CV_32FC1,
                 rows.data_ptr<float>())
      .clone();
}

}  // namespace

struct SaliencySession::Impl {
  std::shared_ptr<const Model> model;
  std::vector<float> input;

  const Network& network() const { return model->impl().network; }

  at::Tensor target_of(const at::Tensor& outputs, const Target& target) const {
    auto weights = at::zeros({1, model->outputs()}, at::kDouble);
    for (const auto& [index, weight] : target.weights) weights[0][index] += weight;
    return weights.to(outputs.options());
  }

  // Gradient of the target with respect to the input, the largest |g| over the channels.
  at::Tensor gradient(const at::Tensor& photo, const Target& target, at::Tensor& outputs) const {
    const auto slice = model->impl().slice("", {}, true, SliceUse::kGradient);
    const auto leaf = photo.detach().requires_grad_(true);
    outputs = slice->run(leaf)[0];
    const auto gradient =
        torch::autograd::grad({outputs}, {leaf}, {target_of(outputs, target)})[0];
    return gradient[0].abs().amax(0);
  }

  // Grad-CAM (Selvaraju et al. 2017): Σ_k mean(∂z/∂A_k) A_k over the channels k of the layer.
  at::Tensor grad_cam(const at::Tensor& photo, const Target& target, const LayerInfo& layer,
                      at::Tensor& outputs) const {
    at::Tensor activations;
    if (layer.candidate) {
      // Forward to the layer at full speed; only what comes after it records gradients.
      {
        const torch::NoGradGuard no_grad;
        activations =
            model->impl().slice("", {layer.path}, false, SliceUse::kForward)->run(photo)[0];
      }
      activations = activations.detach().requires_grad_(true);
      outputs = model->impl().slice(layer.path, {}, true, SliceUse::kGradient)->run(activations)[0];
    } else {
      const auto slice = model->impl().slice("", {layer.path}, true, SliceUse::kGradient);
      const auto results = slice->run(photo.detach().requires_grad_(true));
      activations = results[0];
      outputs = results[1];
    }
    const auto gradient =
        torch::autograd::grad({outputs}, {activations}, {target_of(outputs, target)},
                              /*retain_graph=*/false, /*create_graph=*/false,
                              /*allow_unused=*/true)[0];
    if (!gradient.defined()) {
      throw InputError("The outputs do not depend on the layer " + layer.path +
                       ": choose another for Grad-CAM.");
    }
    const auto weights = gradient[0].mean(at::IntArrayRef({1, 2}), /*keepdim=*/true);
    return (weights * activations.detach()[0]).sum(0);
  }
};

SaliencySession::SaliencySession(std::shared_ptr<const Model> model)
    : impl_(std::make_unique<Impl>()) {
  impl_->model = std::move(model);
}

SaliencySession::~SaliencySession() = default;

Saliency SaliencySession::run(const Photo& photo, const Target& target,
                              const SaliencyOptions& options, Size size) {
  const Model& model = *impl_->model;
  for (const auto& [index, weight] : target.weights) {
    if (index < 0 || index >= model.outputs()) {
      throw InputError("There is no output " + std::to_string(index) + ": the model has " +
                       std::to_string(model.outputs()) + ".");
    }
  }
  const LayerInfo& layer =
      model.layer(options.layer.empty() ? model.card().deep_layer : options.layer);
  if (options.method == SaliencyMethod::kGradCam && layer.height == 0) {
    throw InputError("The layer " + layer.path + " has no grid: choose one that has for Grad-CAM.");
  }
  const InputSpec& spec = model.card().input;
  impl_->input.resize(static_cast<std::size_t>(3) * spec.size.width * spec.size.height);
  const InputGeometry geometry = preprocess(photo, spec, impl_->input);
  const auto tensor =
      model_tensor(impl_->network(), impl_->input.data(), {1, 3, spec.size.height, spec.size.width})
          .contiguous(at::MemoryFormat::ChannelsLast);

  const at::AutoGradMode record(true);
  Saliency saliency;
  at::Tensor outputs, values;
  GridGeometry grid;
  if (options.method == SaliencyMethod::kGradient) {
    values = impl_->gradient(tensor, target, outputs);
    grid.stride_x = grid.stride_y = 1;
    grid.first_x = grid.first_y = 0.5;
  } else {
    values = impl_->grad_cam(tensor, target, layer, outputs);
    grid = layer.grid;
  }
  if (!values.isfinite().all().item<bool>()) {
    throw InputError("The gradients of the model " + model.path() +
                     " are not finite for this photo: its weights or the model card's mean and std "
                     "may be wrong.");
  }
  const auto row = outputs.detach()[0].to(at::kCPU, at::kDouble).contiguous();
  for (std::int64_t i = 0; i < row.numel(); ++i) {
    saliency.outputs.push_back(static_cast<float>(row.data_ptr<double>()[i]));
  }
  for (const auto& [index, weight] : target.weights) {
    saliency.target += weight * row.data_ptr<double>()[index];
  }
  const double lowest = values.min().item<double>(), highest = values.max().item<double>();
  if (highest <= 0 && lowest < 0) {
    saliency.warnings.push_back(
        "the map is negative everywhere: nothing in this photo speaks for the target at " +
        layer.path);
  } else if (highest == 0) {
    saliency.warnings.push_back(
        "the map is zero everywhere: the target does not react to this photo");
  }
  if (options.method == SaliencyMethod::kGradCam && options.rectified) values = values.clamp_min(0);
  if (size.width <= 0 || size.height <= 0) size = photo.full_size;
  saliency.map = to_photo(as_picture(values), grid, geometry, size);
  return saliency;
}

}  // namespace differentia

#include <algorithm>
#include <numeric>

#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

// Bilinear weights of a grid's positions along one axis at each of `pixels` pixels' centres (as
// to_input() has them): pixels × positions.
at::Tensor along(int pixels, int positions, double first, double stride) {
  auto weights = at::zeros({pixels, positions}, at::kDouble);
  auto cells = weights.accessor<double, 2>();
  for (int pixel = 0; pixel < pixels; ++pixel) {
    const double place = std::clamp((pixel + 0.5 - first) / stride, 0.0, positions - 1.0);
    const int before = std::min(static_cast<int>(place), positions - 2);
    cells[pixel][before] += 1 - (place - before);
    cells[pixel][before + 1] += place - before;
  }
  return weights;
}

// The channels whose maps become masks: the `most` highest by mean activation (0: all of them) of
// those that are not the same everywhere, highest first.
std::vector<std::int64_t> choose(const at::Tensor& activations, int most) {
  const auto flat = activations.flatten(1).to(at::kCPU, at::kDouble);
  const auto means = flat.mean(1), spreads = flat.amax(1) - flat.amin(1);
  std::vector<std::int64_t> channels;
  for (std::int64_t k = 0; k < flat.size(0); ++k) {
    if (spreads[k].item<double>() > 0) channels.push_back(k);
  }
  const auto mean = means.accessor<double, 1>();
  std::stable_sort(channels.begin(), channels.end(),
                   [&](std::int64_t a, std::int64_t b) { return mean[a] > mean[b]; });
  if (most > 0 && channels.size() > static_cast<std::size_t>(most)) channels.resize(most);
  return channels;
}

// Σ_k w_k A_k, w the softmax over the channels k of what the target gains over a blank input when
// the input is multiplied by the channel's map, scaled to 0…1. (The blank's own value is the same
// for all channels and cancels: no pass is spent on it.)
std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  const LayerInfo& layer = passes.model().layer(call.layers.front());
  const auto activations = passes.activations(layer.path);
  const auto channels = choose(activations, call.values.whole("channels"));
  const auto count = static_cast<std::int64_t>(channels.size());
  if (count == 0) {  // nothing to weigh: the activations are flat
    const RawMap flat{at::zeros({layer.height, layer.width}), layer.grid};
    return std::vector<RawMap>(call.targets.size(), flat);
  }
  const auto order = at::tensor(channels, at::kLong).to(activations.device());
  const auto chosen = activations.index_select(0, order);

  const auto& input = passes.input();
  const auto down =
      along(static_cast<int>(input.size(2)), layer.height, layer.grid.first_y, layer.grid.stride_y)
          .to(input.options());
  const auto across =
      along(static_cast<int>(input.size(3)), layer.width, layer.grid.first_x, layer.grid.stride_x)
          .to(input.options())
          .t();
  // One after the other: a mask stays in the processor's cache.
  const auto mask_inputs = [&](std::int64_t first, const at::Tensor& inputs) {
    for (std::int64_t i = 0; i < inputs.size(0); ++i) {
      auto mask = at::matmul(at::matmul(down, chosen[first + i]), across);
      const auto low = mask.min(), high = mask.max();
      mask.sub_(low).div_((high - low).clamp_min(1e-30));
      at::Tensor masked = inputs[i];
      at::mul_out(masked, input[0], mask);
    }
  };
  const auto targets = static_cast<std::int64_t>(call.targets.size());
  auto gains = at::empty({count, targets}, at::kDouble);
  passes.altered_values(
      count, mask_inputs, call.targets, [&](std::int64_t number, gsl::span<const double> values) {
        std::copy(values.begin(), values.end(), gains.data_ptr<double>() + number * targets);
        report(call.progress, {"Score-CAM", number + 1, count, "channels", ""});
        return true;
      });
  const auto weights = at::softmax(gains, 0).to(chosen.options());
  std::vector<RawMap> maps;
  for (std::int64_t t = 0; t < targets; ++t) {
    const auto weight = weights.select(1, t).view({-1, 1, 1});
    maps.push_back({(weight * chosen).sum(0), layer.grid});
  }
  return maps;
}

}  // namespace

MethodEntry score_cam_method() {
  Method method;
  method.name = "score-cam";
  method.title = "Score-CAM";
  method.source = "Wang et al. 2020";
  method.needs_gradients = false;
  method.needs_layer = true;
  method.is_signed = false;
  method.rectifies = true;
  method.options = {{"channels",
                     "Channels tried, those of the highest mean activation; 0: all of the layer's",
                     OptionKind::kWhole, 64, 0, 100000}};
  method.help = "Where the channels are active that keep the target up when only they are shown";
  method.caveat =
      "Its weights are never negative and sum to one: it points somewhere even where nothing "
      "speaks for the target.";
  return {method, run};
}

}  // namespace differentia

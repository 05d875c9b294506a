#include <algorithm>

#include <opencv2/core.hpp>

#include "explain/saliency/masked_inputs_torch.h"
#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

// Where the centres of the input's pixels along one axis lie between a grid's positions (as
// to_input() has it).
struct Axis {
  Axis(std::int64_t pixels, int positions, double first, double stride) {
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
      const double place =
          std::clamp((static_cast<double>(pixel) + 0.5 - first) / stride, 0.0, positions - 1.0);
      before.push_back(static_cast<std::size_t>(place));
      after.push_back(std::min(before.back() + 1, static_cast<std::size_t>(positions - 1)));
      weight.push_back(static_cast<float>(place - static_cast<double>(before.back())));
    }
  }
  std::vector<std::size_t> before, after;
  std::vector<float> weight;  // of the one after
};

// A channel's map as a mask of the input: bilinear, scaled to 0 … 1.
class ChannelMasks {
 public:
  // `maps`: channels × rows × columns.
  ChannelMasks(const at::Tensor& maps, const GridGeometry& grid, const at::Tensor& input)
      : maps_(maps.to(at::kCPU, at::kFloat).contiguous()),
        columns_(static_cast<std::size_t>(maps.size(2))),
        down_(input.size(2), static_cast<int>(maps.size(1)), grid.first_y, grid.stride_y),
        across_(input.size(3), static_cast<int>(maps.size(2)), grid.first_x, grid.stride_x) {}

  void write(std::int64_t number, gsl::span<float> mask) const {
    const std::size_t width = across_.weight.size();
    const std::size_t rows = static_cast<std::size_t>(maps_.size(1));
    const float* values = maps_.data_ptr<float>() + number * maps_.size(1) * maps_.size(2);
    thread_local std::vector<float> wide;  // rows of the grid × columns of the input
    wide.resize(rows * width);
    for (std::size_t row = 0; row < rows; ++row, values += columns_) {
      for (std::size_t x = 0; x < width; ++x) {
        const float before = values[across_.before[x]];
        wide[row * width + x] = before + across_.weight[x] * (values[across_.after[x]] - before);
      }
    }
    for (std::size_t y = 0; y < down_.weight.size(); ++y) {
      const float* before = wide.data() + down_.before[y] * width;
      const float* after = wide.data() + down_.after[y] * width;
      const float weight = down_.weight[y];
      float* to = mask.data() + y * width;
      for (std::size_t x = 0; x < width; ++x) to[x] = before[x] + weight * (after[x] - before[x]);
    }
    double low = 0, high = 0;
    cv::minMaxIdx(cv::Mat(1, static_cast<int>(mask.size()), CV_32FC1, mask.data()), &low, &high);
    const auto from = static_cast<float>(low);
    const float scale = 1 / std::max(static_cast<float>(high) - from, 1e-30f);
    for (float& value : mask) value = (value - from) * scale;
  }

 private:
  at::Tensor maps_;
  std::size_t columns_;
  Axis down_, across_;
};

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

  const at::Tensor input = passes.input().contiguous();
  const ChannelMasks masks(chosen, layer.grid, input);
  const auto targets = static_cast<std::int64_t>(call.targets.size());
  auto gains = at::empty({count, targets}, at::kDouble);
  passes.altered_values(
      count,
      [&](std::int64_t first, const at::Tensor& inputs) {
        mask_inputs(input, first, inputs,
                    [&](std::int64_t number, gsl::span<float> to) { masks.write(number, to); });
      },
      call.targets,
      [&](std::int64_t number, gsl::span<const double> values) {
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

#include <algorithm>

#include "base/random.h"
#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

// Standard normal noise of one sample, 3 × height × width. Named by seed and sample alone, so that
// the same sample gets the same noise in any batch and for any target.
at::Tensor noise(std::uint64_t seed, std::int64_t sample, at::IntArrayRef shape) {
  Random random(seed, stream_id("smoothgrad"), static_cast<std::uint32_t>(sample));
  auto values = at::empty(shape, at::kDouble);
  double* const first = values.data_ptr<double>();
  std::generate(first, first + values.numel(), [&] { return random.normal(); });
  return values;
}

// Mean and mean square deviation of tensors that come one by one (Welford 1962): exact where all
// are the same.
class Moments {
 public:
  void add(const at::Tensor& values) {
    ++count_;
    if (count_ == 1) {
      mean_ = values.clone();
      squares_ = at::zeros_like(values);
      return;
    }
    const auto before = values - mean_;
    mean_.add_(before, 1.0 / count_);
    squares_.add_(before * (values - mean_));
  }
  const at::Tensor& mean() const { return mean_; }
  at::Tensor variance() const { return squares_ / count_; }

 private:
  int count_ = 0;
  at::Tensor mean_, squares_;
};

std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  const int samples = call.values.whole("samples");
  const auto seed = static_cast<std::uint64_t>(call.values.whole("seed"));
  const std::string& kind = call.values.choice("kind");
  const auto photo = passes.input()[0].to(at::kCPU, at::kDouble);
  const double sigma = call.values.number("sigma") * (photo.max() - photo.min()).item<double>();
  std::vector<Moments> gradients(call.targets.size());
  for (int start = 0; start < samples; start += passes.batch()) {
    report(call.progress, {"averaging gradients", start, samples, "passes", ""});
    std::vector<at::Tensor> noisy;
    for (int i = start; i < std::min(samples, start + passes.batch()); ++i)
      noisy.push_back(photo + sigma * noise(seed, i, photo.sizes()));
    const auto inputs = at::stack(noisy).to(passes.input().options());
    const auto of_targets = passes.input_gradients(inputs, call.targets);
    for (std::size_t t = 0; t < gradients.size(); ++t) {
      const auto found = of_targets[t].to(at::kDouble);
      for (std::int64_t i = 0; i < found.size(0); ++i)
        gradients[t].add(kind == "squared" ? found[i].square() : found[i]);
    }
  }
  std::vector<RawMap> maps;
  for (const Moments& of_target : gradients) {
    const auto result = kind == "variance" ? of_target.variance() : of_target.mean();
    RawMap map = on_pixels(passes.model(), reduce_channels(result, call.values.choice("reduce")));
    if (kind == "variance") map.if_zero = "the gradient is the same for every noisy copy";
    maps.push_back(std::move(map));
  }
  return maps;
}

}  // namespace

MethodEntry smoothgrad_method() {
  Method method;
  method.name = "smoothgrad";
  method.title = "SmoothGrad";
  method.source = "Smilkov et al. 2017; variance: Adebayo et al. 2018";
  method.options = {
      {"samples", "Copies of the photo with noise", OptionKind::kWhole, 25, 1, 10000},
      {"sigma", "Standard deviation of the noise, as a share of the input's range",
       OptionKind::kNumber, 0.15, 0, 1},
      {"kind",
       "What of the gradients: their mean, the mean of their squares, or their variance",
       OptionKind::kChoice,
       0,
       0,
       2,
       {"mean", "squared", "variance"}},
      {"seed", "Of the noise", OptionKind::kWhole, 0, 0, 2147483647},
      reduce_option("max")};
  method.help = "The gradient averaged over copies of the photo with noise";
  method.caveat =
      "Like the gradient it tells where a change would matter; it is calmer because it speaks of "
      "noisy copies, not of this very photo.";
  return {method, run};
}

}  // namespace differentia

#include <algorithm>
#include <cmath>

#include "explain/saliency/masked_inputs_torch.h"
#include "explain/saliency/registry_torch.h"
#include "explain/saliency/rise_masks.h"

namespace differentia {

namespace {

constexpr std::int64_t kCheckEvery = 256;  // masks between two looks at whether the maps settled

// Σ z·M and Σ M per pixel, of the even and of the odd masks apart. Each pixel adds up mask by mask,
// so that it does not matter how they came in batches.
class Sums {
 public:
  Sums(std::size_t targets, std::int64_t pixels)
      : pixels_(static_cast<std::size_t>(pixels)),
        values_(2 * targets * pixels_),
        masks_(2 * pixels_),
        totals_(2 * targets),
        counts_(2),
        targets_(targets) {}

  void add(std::int64_t number, const std::vector<float>& mask, gsl::span<const double> z) {
    const std::size_t half = static_cast<std::size_t>(number % 2);
    double* masks = masks_.data() + half * pixels_;
    for (std::size_t p = 0; p < pixels_; ++p) masks[p] += mask[p];
    for (std::size_t t = 0; t < targets_; ++t) {
      double* values = values_.data() + (half * targets_ + t) * pixels_;
      const double weight = z[t];
      for (std::size_t p = 0; p < pixels_; ++p) values[p] += weight * mask[p];
      totals_[half * targets_ + t] += weight;
    }
    counts_[half] += 1;
  }

  // Σ z·M / Σ M of both halves, less the mean of z.
  std::vector<double> map(std::size_t target) const {
    const double mean = (totals_[target] + totals_[targets_ + target]) / (counts_[0] + counts_[1]);
    std::vector<double> map(pixels_);
    const double* even = values_.data() + target * pixels_;
    const double* odd = values_.data() + (targets_ + target) * pixels_;
    for (std::size_t p = 0; p < pixels_; ++p) {
      const double sum = masks_[p] + masks_[pixels_ + p];
      map[p] = sum > 0 ? (even[p] + odd[p]) / sum - mean : 0;  // never shown: nothing is known
    }
    return map;
  }

  // How well the map of all masks would agree with that of as many others (Spearman and Brown's
  // 2r / (1 + r), r the correlation of the two halves): 1 where it is certain.
  double agreement(std::size_t target) const {
    const double* value[2] = {values_.data() + target * pixels_,
                              values_.data() + (targets_ + target) * pixels_};
    double sum[2] = {}, square[2] = {}, product = 0, n = 0;
    const double mean[2] = {totals_[target] / counts_[0], totals_[targets_ + target] / counts_[1]};
    for (std::size_t p = 0; p < pixels_; ++p) {
      if (masks_[p] == 0 || masks_[pixels_ + p] == 0) continue;
      const double even = value[0][p] / masks_[p] - mean[0];
      const double odd = value[1][p] / masks_[pixels_ + p] - mean[1];
      sum[0] += even, sum[1] += odd;
      square[0] += even * even, square[1] += odd * odd;
      product += even * odd;
      n += 1;
    }
    const double spread = (square[0] - sum[0] * sum[0] / n) * (square[1] - sum[1] * sum[1] / n);
    if (!(spread > 0)) return 0;
    const double r = (product - sum[0] * sum[1] / n) / std::sqrt(spread);
    return r <= 0 ? 0 : 2 * r / (1 + r);
  }

  std::size_t targets() const { return targets_; }

 private:
  std::size_t pixels_;
  std::vector<double> values_;  // half, target, pixel
  std::vector<double> masks_;   // half, pixel
  std::vector<double> totals_;  // half, target: Σ z
  std::vector<double> counts_;  // half
  std::size_t targets_;
};

std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  const Size size = passes.model().card().input.size;
  const RiseMasks masks(size, call.values.whole("cells"), call.values.number("keep"),
                        static_cast<std::uint64_t>(call.values.whole("seed")));
  const std::int64_t count = call.values.whole("masks");
  const double enough = call.values.number("settled");
  const at::Tensor input = passes.input().contiguous();
  Sums sums(call.targets.size(), masks.pixels());
  std::vector<float> mask(static_cast<std::size_t>(masks.pixels()));
  bool settled = false;
  report(call.progress, {"RISE", 0, count, "masks", ""});
  passes.altered_values(
      count,
      [&](std::int64_t first, const at::Tensor& inputs) {
        mask_inputs(input, first, inputs,
                    [&](std::int64_t number, gsl::span<float> to) { masks.write(number, to); });
      },
      call.targets,
      [&](std::int64_t number, gsl::span<const double> z) {
        masks.write(number, mask);
        sums.add(number, mask, z);
        const std::int64_t done = number + 1;
        if (done % passes.batch() == 0 || done == count)
          report(call.progress, {"RISE", done, count, "masks", ""});
        if (enough >= 1 || done % kCheckEvery != 0 || done == count) return true;
        double least = 1;
        for (std::size_t t = 0; t < sums.targets(); ++t) least = std::min(least, sums.agreement(t));
        settled = least >= enough;
        return !settled;
      });

  std::vector<RawMap> maps;
  for (std::size_t t = 0; t < sums.targets(); ++t) {
    RawMap raw = on_pixels(passes.model(),
                           at::tensor(sums.map(t), at::kDouble).view({size.height, size.width}));
    raw.settled = settled;
    maps.push_back(std::move(raw));
  }
  return maps;
}

}  // namespace

MethodEntry rise_method() {
  Method method;
  method.name = "rise";
  method.title = "RISE";
  method.source = "Petsiuk et al. 2018";
  method.needs_gradients = false;
  method.options = {
      {"masks", "Random masks, each one pass through the network", OptionKind::kWhole, 4000, 2,
       1000000},
      {"cells", "Cells along a side of the masks' grid", OptionKind::kWhole, 7, 2, 64},
      {"keep", "Probability of a cell to be left as it is", OptionKind::kNumber, 0.5, 0.01, 0.99},
      {"seed", "Seed of the masks", OptionKind::kWhole, 0, 0, 2147483647},
      {"settled",
       "End when the map of the even masks and that of the odd ones say that as many others would "
       "give a map correlated by this (1: never)",
       OptionKind::kNumber, 0.98, 0.01, 1},
  };
  method.help =
      "How much higher the target is where the photo is left as it is, random blotches of the rest "
      "covered by the mean colour";
  method.caveat =
      "It is as coarse as its blotches, and a photo with blotches of one colour is none that the "
      "model was trained on.";
  return {method, run};
}

}  // namespace differentia

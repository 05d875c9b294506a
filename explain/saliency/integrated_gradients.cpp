#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "explain/saliency/registry_torch.h"

namespace differentia {

namespace {

// Places between 0 and 1 and their weights, which sum to 1.
struct Rule {
  std::vector<double> places, weights;
};

Rule midpoint_rule(int steps) {
  Rule rule;
  for (int i = 0; i < steps; ++i) {
    rule.places.push_back((i + 0.5) / steps);
    rule.weights.push_back(1.0 / steps);
  }
  return rule;
}

// The roots of the Legendre polynomial P_n by Newton's method, from Tricomi's estimate of them; the
// weight of root x is 2 / ((1 − x²) P_n'(x)²), here on [0, 1].
Rule gauss_legendre_rule(int steps) {
  const int n = steps;
  Rule rule{std::vector<double>(n), std::vector<double>(n)};
  for (int i = 0; i < (n + 1) / 2; ++i) {
    double x = std::cos(M_PI * (i + 0.75) / (n + 0.5));
    double slope = 1;
    for (int round = 0; round < 10; ++round) {
      double before = 1, value = x;  // P_0, P_1
      for (int k = 2; k <= n; ++k) {
        const double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
        before = value;
        value = next;
      }
      slope = n * (x * value - before) / (x * x - 1);
      const double move = value / slope;
      x -= move;
      if (std::abs(move) < 1e-15) break;
    }
    rule.places[n - 1 - i] = (1 + x) / 2;
    rule.places[i] = (1 - x) / 2;
    rule.weights[i] = rule.weights[n - 1 - i] = 1 / ((1 - x * x) * slope * slope);
  }
  return rule;
}

// length × length: row i blurs along an axis toward place i. Beyond the edge the picture goes on as
// it is at the edge.
at::Tensor blur_matrix(std::int64_t length, double sigma) {
  const auto radius = static_cast<std::int64_t>(std::ceil(3 * sigma));
  auto matrix = at::zeros({length, length}, at::kDouble);
  auto cells = matrix.accessor<double, 2>();
  for (std::int64_t i = 0; i < length; ++i) {
    for (std::int64_t j = i - radius; j <= i + radius; ++j) {
      const double distance = static_cast<double>(j - i) / sigma;
      cells[i][std::clamp<std::int64_t>(j, 0, length - 1)] += std::exp(-0.5 * distance * distance);
    }
  }
  return matrix / matrix.sum(1, /*keepdim=*/true);
}

// What the network sees of the baseline picture, 1 × 3 × height × width.
at::Tensor baseline_input(const Passes& passes, const std::string& kind) {
  const at::Tensor& input = passes.input();
  if (kind == "mean") return at::zeros_like(input);
  if (kind == "black") {
    const InputSpec& spec = passes.model().card().input;
    auto black = at::empty_like(input);
    for (int c = 0; c < 3; ++c) black.select(1, c).fill_(-spec.mean[c] / spec.std[c]);
    return black;
  }
  const double sigma = static_cast<double>(std::min(input.size(2), input.size(3))) / 10;
  const auto rows = blur_matrix(input.size(2), sigma).to(input.options());
  const auto columns = blur_matrix(input.size(3), sigma).to(input.options());
  return at::matmul(at::matmul(rows, input), columns.t());
}

std::vector<RawMap> run(Passes& passes, const MethodCall& call) {
  const int steps = call.values.whole("steps");
  const Rule rule =
      call.values.choice("rule") == "midpoint" ? midpoint_rule(steps) : gauss_legendre_rule(steps);
  const auto baseline = baseline_input(passes, call.values.choice("baseline"));
  const auto change = passes.input() - baseline;
  const auto at_baseline = passes.values(baseline, call.targets);
  std::vector<at::Tensor> means;
  for (std::size_t t = 0; t < call.targets.size(); ++t)
    means.push_back(at::zeros(change.sizes(), change.options().dtype(at::kDouble))[0]);
  for (int start = 0; start < steps; start += passes.batch()) {
    report(call.progress, {"integrating gradients", start, steps, "passes", ""});
    const int end = std::min(steps, start + passes.batch());
    std::vector<at::Tensor> inputs;
    for (int i = start; i < end; ++i) inputs.push_back(baseline + rule.places[i] * change);
    const auto gradients = passes.input_gradients(at::cat(inputs), call.targets);
    // One by one: the sum's order, and so its rounding, does not depend on the batch.
    for (std::size_t t = 0; t < means.size(); ++t) {
      for (int i = start; i < end; ++i)
        means[t].add_(gradients[t][i - start].to(at::kDouble), rule.weights[i]);
    }
  }
  std::vector<RawMap> maps;
  for (std::size_t t = 0; t < call.targets.size(); ++t) {
    const Target& target = call.targets[t];
    const auto attribution = means[t] * change[0].to(at::kDouble);
    RawMap map =
        on_pixels(passes.model(), reduce_channels(attribution, call.values.choice("reduce")));
    map.difference =
        passes.value(target) - at_baseline[0][static_cast<std::int64_t>(t)].item<double>();
    const double sum = attribution.sum().item<double>();
    map.completeness_error = sum - map.difference;
    // A difference of less than one logit is not worth counting steps for.
    const bool in_logits = target.layer.empty() && passes.model().card().head != Head::kRegression;
    const double scale = std::max(std::abs(map.difference), in_logits ? 1.0 : 0.0);
    if (std::abs(map.completeness_error) > 0.05 * scale) {
      map.warnings.push_back(fmt::format(
          "the attributions sum to {:.3g}, the target changes by {:.3g} from the baseline to the "
          "photo: more steps bring them closer",
          sum, map.difference));
    }
    maps.push_back(std::move(map));
  }
  return maps;
}

}  // namespace

MethodEntry integrated_gradients_method() {
  Method method;
  method.name = "integrated-gradients";
  method.title = "Integrated gradients";
  method.source = "Sundararajan et al. 2017";
  method.options = {
      {"steps", "Pictures on the way from the baseline to the photo", OptionKind::kWhole, 50, 1,
       10000},
      {"rule",
       "Where on the way they lie",
       OptionKind::kChoice,
       0,
       0,
       1,
       {"midpoint", "gauss-legendre"}},
      {"baseline",
       "The picture that counts as nothing: black, the model card's mean colour, or the photo "
       "strongly blurred",
       OptionKind::kChoice,
       1,  // from black, dark feathers count as nothing: deletion 0.26 against 0.07 on demo birds
       0,
       2,
       {"black", "mean", "blur"}},
      reduce_option("signed")};
  method.help =
      "What each pixel adds to the target on the straight way from a baseline to the photo";
  method.caveat =
      "It depends on the baseline: what looks like it counts as nothing, and the pictures on the "
      "way are not photos.";
  return {method, run};
}

}  // namespace differentia

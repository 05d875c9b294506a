#include "explain/target.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace differentia {

Target Target::against_rivals(int a, gsl::span<const float> outputs, int rivals) {
  const int count = static_cast<int>(outputs.size());
  if (a < 0 || a >= count) {
    throw InputError("There is no output " + std::to_string(a) + ": the model has " +
                     std::to_string(count) + ".");
  }
  if (count < 2 || rivals < 1) {
    throw InputError("A model with one output has no rivals: explain the output itself.");
  }
  std::vector<int> order(outputs.size());
  std::iota(order.begin(), order.end(), 0);
  order.erase(order.begin() + a);
  const auto shown = std::min<std::size_t>(order.size(), static_cast<std::size_t>(rivals));
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
      [&](int i, int j) { return outputs[i] != outputs[j] ? outputs[i] > outputs[j] : i < j; });
  order.resize(shown);
  std::vector<double> weights;
  double sum = 0;
  for (const int b : order) {
    weights.push_back(std::exp(static_cast<double>(outputs[b]) - outputs[order[0]]));
    sum += weights.back();
  }
  Target target = output(a);
  for (std::size_t i = 0; i < order.size(); ++i) {
    target.weights.emplace_back(order[i], -weights[i] / sum);
  }
  return target;
}

Target Target::direction(const std::string& at_layer, gsl::span<const float> direction,
                         gsl::span<const float> centre, gsl::span<const float> scale) {
  if (centre.size() != direction.size() || scale.size() != direction.size()) {
    throw InputError("A direction at " + at_layer +
                     " needs one centre and one scale for each of its channels.");
  }
  Target target;
  target.layer = at_layer;
  for (std::size_t i = 0; i < direction.size(); ++i) {
    const double weight = static_cast<double>(direction[i]) / scale[i];
    target.weights.emplace_back(static_cast<int>(i), weight);
    target.offset -= weight * centre[i];
  }
  return target;
}

}  // namespace differentia

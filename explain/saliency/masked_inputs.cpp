#include <algorithm>
#include <vector>

#include "explain/saliency/masked_inputs_torch.h"

namespace differentia {

void mask_inputs(const at::Tensor& input, std::int64_t first, const at::Tensor& inputs,
                 const WriteMask& write) {
  const std::int64_t count = inputs.size(0), pixels = inputs.size(2) * inputs.size(3);
  thread_local std::vector<float> mask;
  mask.resize(static_cast<std::size_t>(pixels));
  const bool direct = inputs.is_cpu() && inputs.scalar_type() == at::kFloat;
  at::Tensor all;
  if (!direct) all = at::empty({count, 1, input.size(2), input.size(3)}, at::kFloat);
  for (std::int64_t i = 0; i < count; ++i) {
    write(first + i, mask);
    if (!direct) {
      std::copy(mask.begin(), mask.end(), all.data_ptr<float>() + i * pixels);
      continue;
    }
    // One after the other: the mask stays in the processor's cache.
    const float* from = input.data_ptr<float>();
    float* to = inputs.data_ptr<float>() + i * 3 * pixels;
    for (int channel = 0; channel < 3; ++channel, from += pixels, to += pixels) {
      for (std::int64_t p = 0; p < pixels; ++p) to[p] = from[p] * mask[static_cast<std::size_t>(p)];
    }
  }
  if (!direct) inputs.copy_(input * all.to(inputs.options()));
}

}  // namespace differentia

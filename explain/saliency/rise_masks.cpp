#include "explain/saliency/rise_masks.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace differentia {

RiseMasks::Axis::Axis(int side, int cells) : cell((side + cells - 1) / cells) {
  const int enlarged = (cells + 1) * cell;
  for (int pixel = 0; pixel < enlarged; ++pixel) {
    const double place = std::clamp((pixel + 0.5) * cells / enlarged - 0.5, 0.0, cells - 1.0);
    const int first = static_cast<int>(place);
    before.push_back(first);
    after.push_back(std::min(first + 1, cells - 1));
    weight.push_back(static_cast<float>(place - first));
  }
}

RiseMasks::RiseMasks(Size input, int cells, double keep, std::uint64_t seed)
    : input_(input),
      cells_(cells),
      keep_(keep),
      seed_(seed),
      across_(input.width, cells),
      down_(input.height, cells) {}

void RiseMasks::write(std::int64_t number, gsl::span<float> mask) const {
  Random random(seed_, stream_id("RISE"), static_cast<std::uint32_t>(number));
  const auto width = static_cast<std::size_t>(input_.width);
  const std::size_t left = random.below(static_cast<std::uint32_t>(across_.cell));
  const std::size_t top = random.below(static_cast<std::uint32_t>(down_.cell));
  // Across first: what is left of each mask's pixel is one weighted sum of two rows.
  std::vector<float> row(static_cast<std::size_t>(cells_));
  std::vector<float> wide(row.size() * width);
  for (int i = 0; i < cells_; ++i) {
    for (float& value : row) value = random.chance(keep_) ? 1.0f : 0.0f;
    float* to = wide.data() + static_cast<std::size_t>(i) * width;
    for (std::size_t x = 0; x < width; ++x) {
      const float before = row[static_cast<std::size_t>(across_.before[left + x])];
      const float after = row[static_cast<std::size_t>(across_.after[left + x])];
      to[x] = before + across_.weight[left + x] * (after - before);
    }
  }
  for (std::size_t y = 0; y < static_cast<std::size_t>(input_.height); ++y) {
    const float* before = wide.data() + static_cast<std::size_t>(down_.before[top + y]) * width;
    const float* after = wide.data() + static_cast<std::size_t>(down_.after[top + y]) * width;
    const float weight = down_.weight[top + y];
    float* to = mask.data() + y * width;
    for (std::size_t x = 0; x < width; ++x) to[x] = before[x] + weight * (after[x] - before[x]);
  }
}

}  // namespace differentia

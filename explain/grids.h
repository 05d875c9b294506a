#pragma once

// Activations of a batch of photos at one layer, channels last: a position's vector is contiguous.

#include <cstddef>
#include <vector>

#include <gsl/span>

namespace differentia {

struct Grids {
  int photos = 0;
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<float> values;  // size photos * height * width * channels

  std::size_t positions() const { return static_cast<std::size_t>(photos) * height * width; }
  gsl::span<const float> at(int photo, int row, int column) const {
    const auto position = (static_cast<std::size_t>(photo) * height + row) * width + column;
    return {values.data() + position * channels, static_cast<std::size_t>(channels)};
  }
};

}  // namespace differentia

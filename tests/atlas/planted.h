#pragma once

// Clusters planted for tests of the atlas's algorithms.

#include <cmath>
#include <vector>

#include "base/matrix.h"
#include "base/random.h"

namespace differentia::planted {

// rows_each unit vectors around each of `clusters` random unit directions; row i belongs to cluster
// i % clusters.
inline Matrix clusters(std::size_t count, std::size_t rows_each, std::size_t channels,
                       double spread, std::uint64_t seed = 3) {
  Random random(seed);
  std::vector<std::vector<double>> centres(count);
  for (auto& centre : centres)
    for (std::size_t c = 0; c < channels; ++c) centre.push_back(random.normal());
  Matrix unit(count * rows_each, channels);
  for (std::size_t i = 0; i < unit.rows; ++i) {
    double length = 0;
    for (std::size_t c = 0; c < channels; ++c) {
      unit(i, c) = static_cast<float>(centres[i % count][c] + spread * random.normal());
      length += static_cast<double>(unit(i, c)) * unit(i, c);
    }
    for (std::size_t c = 0; c < channels; ++c)
      unit(i, c) = static_cast<float>(unit(i, c) / std::sqrt(length));
  }
  return unit;
}

}  // namespace differentia::planted

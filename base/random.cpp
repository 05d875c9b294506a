#include "base/random.h"

#include <cmath>

#include <Random123/philox.h>

namespace differentia {

std::uint32_t stream_id(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

Random::Random(std::uint64_t seed, std::uint32_t a, std::uint32_t b)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      counter_{0, 0, a, b} {}

std::uint32_t Random::bits() {
  if (left_ == 0) {
    r123::Philox4x32::ctr_type counter = {{counter_[0], counter_[1], counter_[2], counter_[3]}};
    r123::Philox4x32::key_type key = {{key_[0], key_[1]}};
    const auto block = r123::Philox4x32()(counter, key);
    for (std::size_t i = 0; i < 4; ++i) block_[i] = block[i];
    if (++counter_[0] == 0) ++counter_[1];
    left_ = 4;
  }
  return block_[static_cast<std::size_t>(--left_)];
}

double Random::uniform() {
  const std::uint64_t high = bits() >> 5, low = bits() >> 6;
  return static_cast<double>((high << 26) | low) * 0x1p-53;
}

double Random::uniform(double low, double high) {
  return low + (high - low) * uniform();
}

double Random::normal() {
  const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));  // Box–Muller
  return radius * std::cos(2.0 * M_PI * uniform());
}

std::uint32_t Random::below(std::uint32_t n) {
  // Lemire 2019: multiply and reject the few values that would favour some results.
  std::uint64_t product = std::uint64_t{bits()} * n;
  if (static_cast<std::uint32_t>(product) < n) {
    const std::uint32_t threshold = -n % n;
    while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{bits()} * n;
  }
  return static_cast<std::uint32_t>(product >> 32);
}

bool Random::chance(double probability) {
  return uniform() < probability;
}

std::size_t Random::weighted(const std::vector<double>& weights) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  double left = uniform() * sum;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    left -= weights[i];
    if (left < 0) return i;
  }
  std::size_t last = weights.size() - 1;  // rounding: the last one that can be drawn
  while (last > 0 && weights[last] <= 0) --last;
  return last;
}

}  // namespace differentia

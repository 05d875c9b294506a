#include "atlas/normalisation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "base/error.h"

namespace differentia {
namespace {

constexpr double kUnit = 1099511627776.0;  // 2^40

template <typename Value>
void apply_rows(const Normalisation& normalisation, gsl::span<const Value> activation,
                gsl::span<float> unit) {
  const std::size_t channels = normalisation.centre.size();
  if (channels == 0 || activation.size() % channels != 0 || activation.size() != unit.size())
    throw InputError("Activations of " + std::to_string(activation.size()) +
                     " values do not fit a normalisation of " + std::to_string(channels) +
                     " channels.");
  for (std::size_t first = 0; first < activation.size(); first += channels) {
    float* row = unit.data() + first;
    double length = 0;
    for (std::size_t c = 0; c < channels; ++c) {
      row[c] = (static_cast<float>(activation[first + c]) - normalisation.centre[c]) /
               normalisation.scale[c];
      length += static_cast<double>(row[c]) * row[c];
    }
    const float factor = length > 0 ? static_cast<float>(1 / std::sqrt(length)) : 0.f;
    for (std::size_t c = 0; c < channels; ++c) row[c] *= factor;
  }
}

}  // namespace

void Normalisation::apply(gsl::span<const Imath::half> activation, gsl::span<float> unit) const {
  apply_rows(*this, activation, unit);
}

void Normalisation::apply(gsl::span<const float> activation, gsl::span<float> unit) const {
  apply_rows(*this, activation, unit);
}

Matrix Normalisation::apply(const Positions& positions) const {
  if (positions.channels != channels())
    throw InputError("Positions of " + std::to_string(positions.channels) +
                     " channels do not fit a normalisation of " + std::to_string(channels()) + ".");
  Matrix unit(positions.size(), centre.size());
  if (unit.rows > 0) apply(gsl::span<const Imath::half>(positions.activation), unit.values);
  return unit;
}

NormalisationBuilder::NormalisationBuilder(std::size_t rows_per_taxon)
    : rows_per_taxon_(std::max<std::size_t>(1, rows_per_taxon)) {}

void NormalisationBuilder::add(const Positions& positions) {
  const std::size_t n = positions.size(), channels = static_cast<std::size_t>(positions.channels);
  if (n == 0 || channels == 0) return;
  if (mean_.empty()) {
    mean_.assign(channels, 0);
    mean_square_.assign(channels, 0);
  }
  if (mean_.size() != channels)
    throw InputError("A taxon's positions have " + std::to_string(channels) +
                     " channels, the others' " + std::to_string(mean_.size()) + ".");
  const std::size_t taken = std::min(n, rows_per_taxon_);
  std::vector<double> weight(taken, 1), sum(channels, 0), square(channels, 0);
  double count = static_cast<double>(taken);
  if (positions.targets > 0) {
    for (std::size_t i = 0; i < taken; ++i)
      weight[i] = std::abs(
          positions.attribution[i * n / taken * static_cast<std::size_t>(positions.targets)]);
    count = std::accumulate(weight.begin(), weight.end(), 0.0);
    const double even = count > 0 ? count / static_cast<double>(taken) : 1;
    for (double& one : weight) one += even;
    count += even * static_cast<double>(taken);
  }
  for (std::size_t i = 0; i < taken; ++i) {
    const Imath::half* row = positions.activation.data() + i * n / taken * channels;
    for (std::size_t c = 0; c < channels; ++c) {
      const double value = static_cast<float>(row[c]);
      sum[c] += weight[i] * value;
      square[c] += weight[i] * value * value;
    }
  }
  for (std::size_t c = 0; c < channels; ++c) {
    mean_[c] += static_cast<Sum>(std::nearbyint(sum[c] / count * kUnit));
    mean_square_[c] += static_cast<Sum>(std::nearbyint(square[c] / count * kUnit));
  }
  ++taxa_;
}

Normalisation NormalisationBuilder::build() const {
  if (taxa_ == 0)
    throw InputError("There are no activations to centre and scale by; no photo could be used.");
  Normalisation result;
  result.centre.resize(mean_.size());
  result.scale.resize(mean_.size());
  for (std::size_t c = 0; c < mean_.size(); ++c) {
    const double mean = static_cast<double>(mean_[c]) / kUnit / static_cast<double>(taxa_);
    const double square = static_cast<double>(mean_square_[c]) / kUnit / static_cast<double>(taxa_);
    const double variance = square - mean * mean;
    result.centre[c] = static_cast<float>(mean);
    // Half-precision rounding alone gives a relative variance of about 1e-7.
    result.scale[c] = variance > 1e-7 * square && variance > 1e-16
                          ? static_cast<float>(std::sqrt(variance))
                          : 1.f;
  }
  return result;
}

}  // namespace differentia

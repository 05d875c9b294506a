#pragma once

// Centre and scale of each channel of a layer, from one stratified sample over all taxa (every
// taxon counts the same, however many photos it has), so that cosines of different taxa and builds
// compare (design.md, "Flow").

#include <cstddef>
#include <cstdint>
#include <vector>

#include <Imath/half.h>
#include <gsl/span>

#include "atlas/activations.h"
#include "base/matrix.h"

namespace differentia {

struct Normalisation {
  std::vector<float> centre;  // per channel: mean of the taxa's means
  std::vector<float>
      scale;  // per channel: standard deviation, 1 where the channel is constant; never 0

  int channels() const { return static_cast<int>(centre.size()); }

  // (activation − centre) / scale, scaled to unit length; a vector without length becomes zeros.
  // `unit` has as many values as `activation`, which holds any number of rows.
  void apply(gsl::span<const Imath::half> activation, gsl::span<float> unit) const;
  void apply(gsl::span<const float> activation, gsl::span<float> unit) const;

  // All rows of `positions`, unit vectors: size n * channels. Throws InputError when the channels
  // differ.
  Matrix apply(const Positions& positions) const;
};

// Gathers the sample taxon by taxon. Where there is attribution, half of the weight goes to
// positions evenly and half by the size of their attribution (first target), so that the background
// that fills most photos does not settle the figures alone, nor a single part that carries all.
// Sums are exact integers: the order of the taxa changes nothing.
class NormalisationBuilder {
 public:
  // `rows_per_taxon`: positions taken of each taxon, evenly spaced over its rows.
  explicit NormalisationBuilder(std::size_t rows_per_taxon = 4096);

  // One taxon's positions; empty ones are ignored. Throws InputError when the channels differ from
  // the first taxon's.
  void add(const Positions& positions);

  // Throws InputError when nothing was added.
  Normalisation build() const;

 private:
  __extension__ typedef __int128 Sum;
  std::size_t rows_per_taxon_;
  std::int64_t taxa_ = 0;
  std::vector<Sum> mean_, mean_square_;  // sums over taxa, in units of 2^-40
};

}  // namespace differentia

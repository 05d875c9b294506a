#pragma once

// The random masks of RISE (Petsiuk et al. 2018): a grid of cells × cells zeros and ones, brought
// bilinearly to (cells + 1) cells of the input's size, of which a part of the input's size is cut
// out at random, so that the grid's lines fall anywhere.

#include <cstdint>
#include <vector>

#include <gsl/span>

#include "base/photo_geometry.h"

namespace differentia {

// Any mask can be made at any time, on any thread, from its number alone: they are never held all
// at once.
class RiseMasks {
 public:
  // `keep`: the probability of a one. REQUIRES: cells ≥ 1.
  RiseMasks(Size input, int cells, double keep, std::uint64_t seed);

  Size input() const { return input_; }
  std::int64_t pixels() const { return std::int64_t{input_.width} * input_.height; }

  // `mask`: height × width numbers in 0 … 1. REQUIRES: 0 ≤ number < 2^32.
  void write(std::int64_t number, gsl::span<float> mask) const;

 private:
  // Where the pixels of one enlarged side lie between two cells of the grid.
  struct Axis {
    Axis(int side, int cells);
    int cell = 0;               // pixels of one cell, before enlarging: the shift is below it
    std::vector<int> before;    // the cell before each pixel, and
    std::vector<int> after;     // the one after it (the same at the borders),
    std::vector<float> weight;  // whose share this is
  };

  Size input_;
  int cells_;
  double keep_;
  std::uint64_t seed_;
  Axis across_, down_;
};

}  // namespace differentia

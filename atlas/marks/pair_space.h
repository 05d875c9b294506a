#pragma once

// The space in which the positions of a pair are compared: looks and place, as concepts have it.

#include <array>
#include <cstddef>
#include <vector>

#include "atlas/concept_space.h"
#include "atlas/marks/pair_evidence.h"
#include "base/matrix.h"

namespace differentia {

struct PairSpace {
  // Of each side, a row a position, in the order of PairSide.
  std::array<Matrix, 2> looks;  // unit: activations centred and scaled
  std::array<Matrix, 2> space;  // unit: looks, then place on the subject (concept_space.h)
  std::array<std::vector<FoldedPlace>, 2> places;
};

PairSpace pair_space(const PairEvidence& pair);

// The rows of some positions.
Matrix rows_of(const Matrix& all, const std::vector<std::size_t>& positions);

// Positions of the photos of one half.
std::vector<std::size_t> half_positions(const PairEvidence& pair, Side side, bool testing);

}  // namespace differentia

#pragma once

// Is it enough? A and B decided from the looks of some marks alone.

#include <array>
#include <vector>

#include "atlas/marks/look.h"
#include "atlas/marks/pair_marks.h"

namespace differentia {

// Testing photos whose own taxon is the answer of the marks' looks: weighed by how well each tells
// the finding halves apart (difference of means over the variance within, as a linear discriminant
// of marks that do not hang together), against the middle between the two means.
// `looks[m]`: of each mark. 0 of 0 without marks.
Count decide_by_marks(const PairEvidence& pair,
                      const std::vector<std::array<std::vector<Looked>, 2>>& looks);

}  // namespace differentia

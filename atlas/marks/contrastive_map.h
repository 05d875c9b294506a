#pragma once

// The contrastive map of a pair: positions of both taxa's kept grids, across by what they add to A
// against B, down by what they look like. Activation atlases of two classes (Carter et al. 2019)
// draw the first axis as a picture without numbers; here it is logits.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "atlas/marks/compare.h"
#include "atlas/store/derived.h"
#include "base/matrix.h"

namespace differentia {

struct ContrastiveMapOptions {
  // Positions of each taxon: where marks are strongest in each photo, and of all others a sample in
  // which a position's chance grows with its |attribution|.
  std::size_t most = 4000;
  std::uint64_t seed = 1;
};

// Of A's positions, then of B's, each photo after photo, row-major. A position is of a mark where
// the mark's removal would take it out of its carrier's photo; of several, of the first. Marks have
// the numbers of PairMarks, context cues the same negative. Deterministic.
store::PairMap contrastive_map(const PairWorkings& workings,
                               const ContrastiveMapOptions& options = {});

// Where each unit row comes to lie on a line, 0…1 and evenly spread, so that rows that look alike
// are near: clusters of some 64 rows in the order of a short path through their centroids, and in a
// cluster by the way from the one before to the one after. Of the 20 nearest neighbours of a
// position, 27 to 29 % lie within ten ranks of it for the demo's birds and 15 % for two cats; on
// the first principal component 3 to 5 % and 1 % (`test_marks "neighbours kept*"`). Deterministic.
std::vector<float> appearance_line(const Matrix& unit, std::uint64_t seed = 1);

}  // namespace differentia

#pragma once

// How much a photo looks, at the place of a mark, like the mark's carrier rather than like the
// other taxon: what "seen" means, for a presence as for a state.

#include <array>
#include <vector>

#include "atlas/marks/candidates.h"

namespace differentia {

// Of one photo.
struct Looked {
  int row = 0, column = 0;  // the position nearest to the candidate
  double look = 0;          // 1: as the carrier's on average, −1: as the other's
  bool seen = false;
};

// Of every photo of both sides. The two ends of the scale, and the look from which on the mark
// counts as seen, are from the finding half. `on_subject`: the candidate is on the subject, and is
// looked for there alone in photos whose mask is given.
std::array<std::vector<Looked>, 2> look_at(const PairEvidence& pair, const PairSpace& space,
                                           const Candidate& candidate, bool on_subject = false);

}  // namespace differentia

#pragma once

// The scale of look_at(), for photos beyond the pair's: 1 as the carrier's on average, −1 as the
// other's; and how far a look is from both.

#include <vector>

#include <gsl/span>

#include "atlas/marks/look.h"
#include "atlas/marks/region.h"

namespace differentia {

struct LookScale {
  std::vector<float> own, rival;  // mean looks where the mark is nearest, finding half
  double threshold = 0;           // the look from which on the mark counts as seen
  // Distance from the line between the two that is usual in photos of either (the upper fence of
  // the testing half: Tukey 1977).
  double usual = 0;

  // `row`: of PairSpace::looks.
  double look(gsl::span<const float> row) const;
  // Distance from the line between the two, over the usual: above 1 like neither.
  double unlike(gsl::span<const float> row) const;
};

LookScale look_scale(const PairEvidence& pair, const PairSpace& space, const Candidate& candidate,
                     bool on_subject);

// The position of the one photo of `query`'s side A that is nearest to a candidate, as look_at()
// finds it.
Cell nearest_position(const PairEvidence& query, const PairSpace& space, const Candidate& candidate,
                      bool on_subject);

}  // namespace differentia

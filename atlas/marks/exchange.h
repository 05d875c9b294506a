#pragma once

// What becomes of a photo's margin when what stands at a candidate is exchanged for the most
// similar thing that the other taxon shows: in the layer's activations, without decoding a photo
// (after Goyal et al. 2019, who exchange cells of two photos).

#include <memory>
#include <vector>

#include "atlas/marks/candidates.h"
#include "explain/attribution.h"

namespace differentia {

// The fall of the carrier's margin in each of `photos` (indexes into the carrier's) where the cells
// around the candidate's peak become the mean of the four most similar positions (looks and place)
// of the other's finding half; 0 where it is not seen. One `tail` per thread.
std::vector<double> exchange_falls(const PairEvidence& pair, const PairSpace& space,
                                   const Candidate& candidate,
                                   const std::vector<std::size_t>& photos, TailAttribution& tail);

}  // namespace differentia

#pragma once

// Which candidates are worth testing, and in which order: by what their removal does to photos of
// the finding half.

#include <array>
#include <memory>
#include <vector>

#include "atlas/marks/compare.h"
#include "atlas/marks/look.h"
#include "atlas/marks/pixel_test.h"

namespace differentia {

// A candidate on its way to a mark.
struct RankedCandidate {
  Candidate candidate;
  double fall = 0;       // finding half: mean fall by removal in the form where it is least
  double exchanged = 0;  // the same by exchange
  double rank = 0;
  int merged = 0;
  std::vector<RemovalFall> tests;  // of the testing half's photos, by `tested`
  std::array<std::vector<Looked>, 2> looked;
};

// Best first, at most options.most; of neighbours that go together the best stands for all, and of
// two sides of one difference that which clearly shows more comes first (two_sides.h). With
// options.test the fall of the margin by removal times √novelty ranks, and where no removal moves
// anything, attribution; else the candidates' own score. Throws what removal_falls() throws.
std::vector<RankedCandidate> rank_candidates(const PairEvidence& pair, const PairSpace& space,
                                             const std::shared_ptr<const Model>& model,
                                             std::vector<Candidate> candidates,
                                             const CompareOptions& options,
                                             const ProgressCallback& progress);

// Those of one carrier, and in `which` where they stand in `ranked`.
std::vector<const Candidate*> of_carrier(const std::vector<RankedCandidate>& ranked, Side side,
                                         std::vector<std::size_t>& which);

}  // namespace differentia

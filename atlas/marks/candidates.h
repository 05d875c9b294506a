#pragma once

// What might tell A from B: regions of the space of looks and places that add much to the margin in
// one taxon's photos. Found on the finding half alone, and pooled over several clusterings, because
// a single run of k-means is unstable.

#include <array>
#include <cstdint>
#include <vector>

#include "atlas/marks/pair_evidence.h"
#include "atlas/marks/pair_space.h"

namespace differentia {

struct CandidateOptions {
  std::vector<int> clusters{24, 32, 48};  // of the clusterings …
  int runs = 2;                           // … each run so often
  int most = 5;                           // candidates of each carrier
  double overlap = 0.3;                   // Dice overlap of positions from which on two are one
  std::uint64_t seed = 1;
};

// Where a candidate is strongest in a photo.
struct Peak {
  int row = -1, column = -1;  // −1: it is not seen there
  double attribution = 0;     // there, toward the own taxon, logits

  bool seen() const { return row >= 0; }
};

struct Candidate {
  Side carrier = Side::kA;
  std::vector<float> centroid;              // unit, of the pair's space
  std::array<std::vector<char>, 2> member;  // of each side's positions: is of this cluster
  std::vector<Peak> peaks;  // of each of the carrier's photos: the member that adds most to its
                            // margin; not seen where no member adds anything
  // On the finding half:
  double attribution = 0;  // a photo of the carrier, its members' sum; in the form of the carrier
                           // where that is least, because a mark of one sex is no mark of the taxon
  // How much better the carrier's other photos show what is at the peaks than the other taxon's
  // photos do: mean cosine to the eight most similar positions of each, the difference.
  double novelty = 0;
  // attribution · √novelty. What A lacks adds to A's margin as B's having it adds to B's, but what
  // is lacking looks like much else of both, and a mark is looked for where it is seen.
  double score = 0;
};

// By score; may be empty.
std::vector<Candidate> find_candidates(const PairEvidence& pair, const PairSpace& space,
                                       const CandidateOptions& options = {});

// The mean of `values` (one for each of `photos`, indexes into the carrier's photos) in the form in
// which it is least; forms with fewer than three of these photos do not count by themselves. 0 for
// none.
double least_form_mean(const PairEvidence& pair, Side carrier,
                       const std::vector<std::size_t>& photos, const std::vector<double>& values);

}  // namespace differentia

#pragma once

// What might tell A from B: regions of the space of activations and places that add much to the
// margin in one taxon's photos. Found on the finding half alone, pooled over several clusterings,
// because a single run of k-means is unstable.

#include <cstdint>
#include <vector>

#include <gsl/span>

#include "atlas/marks/pair_evidence.h"
#include "base/matrix.h"

namespace differentia {

struct CandidateOptions {
  std::vector<int> clusters{24, 32, 48};  // of the clusterings, each run `runs` times
  int runs = 2;
  int most = 5;          // candidates of each carrier
  double overlap = 0.3;  // Dice overlap of positions from which on two are one
  double place = 0;      // weight of place, as of the atlas's maps
  std::uint64_t seed = 1;
};

// Where a candidate is strongest in a photo.
struct Peak {
  int row = -1, column = -1;  // −1: it is not seen there
  double attribution = 0;     // there, toward the carrier, logits

  bool seen() const { return row >= 0; }
};

struct Candidate {
  Side carrier = Side::kA;
  // Of each photo of the pair's sides, in their order. In the carrier's photos the position of the
  // candidate that adds most to the carrier's margin; not seen where none adds anything. In the
  // other's photos the position of the candidate nearest to its centroid.
  std::vector<Peak> peaks[2];
  std::vector<char> member[2];  // positions of each side: in the candidate's cluster
  // On the finding half:
  double attribution = 0;  // of the carrier's photos, mean sum over the candidate's positions
  double rival = 0;        // the same of the other's photos, toward the other
  double share = 0;        // `attribution` over what all positions of the carrier's photos add
  // How much better the carrier's other photos show what is at a peak than the other taxon's photos
  // do: mean cosine to the eight most similar positions of each, the difference. What is absent
  // rather than present is shown by both.
  double novelty = 0;
  double score = 0;  // candidates are ordered by it
};

// The score of a candidate before it is tested: share · √novelty, in the form of the carrier in
// which it is least where the carrier has several, because a mark of one sex is no mark of the
// taxon. Best first; may be empty.
std::vector<Candidate> find_candidates(const PairEvidence& pair,
                                       const CandidateOptions& options = {});

}  // namespace differentia

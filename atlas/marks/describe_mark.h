#pragma once

// What the testing half says of a candidate: counts, intervals, chances, sources, sightings.

#include "atlas/marks/pair_marks.h"
#include "atlas/marks/ranking.h"

namespace differentia {

// One-sided chances of seeing as much where there is nothing; what false discovery rates are of.
struct MarkChances {
  double difference = 1, attribution = 1, removal = 1;
};

// Everything of the mark but its number, its false discovery rates and what follows from them, and
// its words. Fills in ranked.looked. A mark that was removed often enough is kNotShown until the
// rates are known.
Mark describe_mark(const PairEvidence& pair, const PairSpace& space, RankedCandidate& ranked,
                   const CompareOptions& options, MarkChances& chances);

}  // namespace differentia

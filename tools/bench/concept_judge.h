#pragma once

// Judges one taxon's concepts by what finding them never saw: which part of the organism is where.

#include <cstdint>
#include <vector>

#include <gsl/span>

#include "atlas/activations.h"
#include "atlas/concepts.h"
#include "base/matrix.h"

namespace differentia {

// Of one concept on the subject (half of its positions' area or more).
struct JudgedConcept {
  int number = 0;
  int part = 0;        // the part that most of its positions show
  double in_part = 0;  // share of its positions whose cell shows that part: a third or more of the
                       // organism there
  double mainly_part =
      0;  // share of its positions whose cell shows one part more than any other, for the best part
  double by_chance = 0;  // in_part of as many random positions on the subject
};

struct ConceptJudgement {
  std::vector<JudgedConcept> concepts;  // those on the subject
  int found = 0;                        // all, on the subject or off
  std::size_t on_subject = 0,
              covered = 0;      // positions; of these in a concept, on the subject or off
  int halves = 0, matched = 0;  // concepts of both halves; those whose counterpart is in the other
  int subject_halves = 0, subject_matched = 0;  // the same, of concepts on the subject
};

// parts(i, p): share of position i's cell that shows part p; column 0 is what is no part. Two
// concepts from different halves of the observations match when each is the other's best by Dice
// overlap of positions (of all photos) and at least half of their positions are shared (Dice 0.5).
ConceptJudgement judge_concepts(const Positions& positions, const Matrix& parts,
                                const Normalisation& normalisation,
                                gsl::span<const ConceptPhoto> photos, const GridGeometry& grid,
                                const ConceptOptions& options);

}  // namespace differentia

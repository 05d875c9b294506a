#pragma once

// What is said of a comparison as a whole.

#include "atlas/marks/pair_evidence.h"
#include "atlas/marks/pair_marks.h"

namespace differentia {

// How well the model tells the two taxa apart on the testing half.
PairTaxon describe_taxon(const PairEvidence& pair, Side side);

// A sentence where there is no reason to tell the two apart, with advice; empty where there is one.
std::string verdict_of(const PairMarks& marks);

// Sentences on what the comparison rests on.
void add_notes(const PairEvidence& pair, PairMarks& result);

}  // namespace differentia

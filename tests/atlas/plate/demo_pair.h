#pragma once

// A comparison of two taxa of the demo atlas with marks set by hand: something to draw.

#include "atlas/marks/pair_marks.h"
#include "atlas/plate/plate_pictures.h"

namespace differentia::test {

struct DemoPair {
  PairMarks pair;
  PlatePhotos photos;
};

// Three marks of the first taxon, one of the second, and one cue in its background; one photo that
// speaks against each mark.
DemoPair demo_pair();

}  // namespace differentia::test

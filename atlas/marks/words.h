#pragma once

// What a pair's marks look like, in words: measured on the photos at the marks' places and at the
// corresponding places of the other taxon.

#include <string>

#include "atlas/marks/pair_marks.h"
#include "atlas/store/reader.h"

namespace differentia {

struct WordsOptions {
  std::string photo_root;  // the folder that the atlas's paths are relative to
  int threads = 1;         // changes nothing but the time
  int sightings = 16;      // photos of either taxon that a mark is looked at in, at most
};

// Fills in the words of all marks and context cues. A mark of which fewer than three photos of
// either taxon can be read keeps empty words, and nothing is thrown for a photo or mask that cannot
// be read. Where the photo set has a column `parts` (pictures of the photo's shape whose pixels are
// numbers of parts, 0: none) and, in the photo root, a parts.csv (number,name), marks get the name
// of the part that most of the differing colour lies on. Equal input gives equal words.
void describe_marks(PairMarks& marks, const store::Reader& atlas, const WordsOptions& options);

}  // namespace differentia

#pragma once

// Are the words for marks right? Against the descriptions of demo worlds.

#include <optional>
#include <string>
#include <vector>

#include "atlas/marks/pair_marks.h"
#include "atlas/store/reader.h"
#include "base/progress.h"
#include "tools/bench/marks.h"
#include "tools/bench/row.h"
#include "tools/world/description.h"

namespace differentia {

// The words of one mark, whose place is at `part`.
struct JudgedWords {
  bool own = false;    // the carrier's colour or pattern is the described one
  bool other = false;  // so is the other's; where it lacks the part, that of the part below
  bool part = false;   // the part is named as one that differs
  std::string line;    // for a person
};

// Of the pair's first mark; nothing where it has no mark, or its place is not at a part that
// differs (median distance to one of them within 5 % of the frame's longer side). A colour is right
// where its name is the nearest to the described colour, or the name's prototype lies within 25 Lab
// units of that. A part with a pattern may also be named by the pattern or the pattern's colour.
// `root` is the world's folder.
std::optional<JudgedWords> judge_words(const PairMarks& marks, const store::Reader& atlas,
                                       const std::string& root,
                                       const world::Description& description);

// Over the sister pairs of the worlds, whose atlases are made where they are not there.
std::vector<BenchRow> bench_words(const MarkBenchOptions& options,
                                  const ProgressCallback& progress = {});

}  // namespace differentia

#pragma once

// What tells A from B: from an atlas, its model and, for the test by removal, its photos.
// Candidates are found and ranked on one half of the photos, and what is said of them comes from
// the other (science.md, "Field marks for a pair").

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "atlas/marks/candidates.h"
#include "atlas/marks/pair_marks.h"
#include "atlas/store/reader.h"
#include "base/progress.h"
#include "explain/model.h"

namespace differentia {

struct CompareOptions {
  bool test = true;        // by removal, which reads photos
  std::string photo_root;  // the folder that the atlas's paths are relative to
  int threads = 1;         // changes nothing but the time
  std::uint64_t seed = 1;
  CandidateOptions candidates;  // its seed is taken from above
  int ranking_photos = 16;      // of each taxon's finding half, whose candidates are removed
  int controls = 3;             // other places on the subject, for each photo
  int most = 6;                 // marks that are tested
  int placed = 6;               // marks whose place is worked out from pixels
  double false_discovery = 0.05;
};

// What a comparison was made from, for whoever asks more of it (photo_marks.h).
struct PairWorkings {
  PairEvidence pair;  // refers to the atlas, which must outlive it
  PairSpace space;
  std::vector<Candidate> marks, context;  // of PairMarks' marks and context, one for one
};

// The same atlas, model, photos and options give the same result, in whichever order the taxa are
// named. Throws InputError (taxa that
// cannot be compared, a model that is not the atlas's, photos that are not there), Interrupted.
PairMarks compare_pair(const store::Reader& atlas, std::shared_ptr<const Model> model,
                       std::int32_t taxon_a, std::int32_t taxon_b,
                       const CompareOptions& options = {}, const ProgressCallback& progress = {},
                       PairWorkings* workings = nullptr);

}  // namespace differentia

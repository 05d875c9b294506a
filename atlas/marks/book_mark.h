#pragma once

// The book's mark: a person says where a mark is, and the answer is whether the model goes by it,
// with the same evidence as of a mark that was found. That the model ignores what a field guide
// says is as good a finding as any.
//
// The answer is that of an exchange: the region of a photo is given the look of the same region of
// the other taxon's photos, and as a control that of its own taxon's other photos. Removal, which
// marks are tested by, is told beside it and decides where no look can be exchanged: painting over
// a named part also takes away its edges and puts its neighbour's colours there, so that on the
// demo world it moves the model by much also where the two taxa do not differ.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "atlas/marks/book_region.h"
#include "atlas/marks/pair_marks.h"
#include "atlas/store/reader.h"
#include "base/progress.h"
#include "explain/model.h"

namespace differentia {

enum class BookAnswer : std::uint8_t {
  kUsed,       // given the other taxon's look there, the model loses at least a tenth of its margin
  kIgnored,    // it is shown that it loses less than that
  kUndecided,  // neither is shown; BookEvidence::why
};

struct BookMarkOptions {
  std::string photo_root;  // the folder that the atlas's paths are relative to
  int threads = 1;         // changes nothing but the time
  std::uint64_t seed = 1;
  int controls = 3;            // other places, for each photo
  int donors = 3;              // photos of either taxon whose look a region is given
  double significance = 0.05;  // of each test
  // Share of the median margin: used is what does at least as much, ignored where the whole 95 %
  // interval is nearer to nothing than that (equivalence: Schuirmann 1987, with the wider
  // interval). A tenth is also what a mark of the comparison must do.
  double least_effect = 0.1;
};

// What the testing half of one taxon's photos says.
struct BookEvidence {
  BookAnswer answer = BookAnswer::kUndecided;
  std::string why;  // of kUndecided: a clause without a full stop
  // As of a mark that this taxon carries: seen, attribution, removed, elsewhere, beyond,
  // changed_mind, sightings, counterparts. Its status is kTested where it is used, kNotTestable
  // where too few photos show the region, else kNotShown.
  Mark mark;
  Count found;        // testing photos that show the region and can be read
  double margin = 0;  // the taxon's median margin, logits
  // Falls of the margin when the region is given the look of the other taxon's, of its own taxon's
  // other photos, and the paired difference; NaN where fewer than five photos have both.
  Estimate exchanged, exchanged_own, exchange;
  Count exchanged_changed_mind;  // with the other's look; of photos that the model had right
  double exchange_p = 1;
  double removal_p = 1, attribution_p = 1, difference_p = 1;  // one-sided
};

struct BookMark {
  std::array<PairTaxon, 2> taxa;
  bool held_out = true;                        // the testing half is of photos not marked `train`
  BookAnswer answer = BookAnswer::kUndecided;  // used where one taxon's photos say so; ignored
                                               // where all that were asked do
  std::vector<BookEvidence> evidence;          // of the taxa asked, A before B

  const PairTaxon& taxon(Side side) const { return taxa[index(side)]; }
};

// `sides`: whose photos the region is taken out of; each once. The same atlas, model, photos and
// options give the same result. Throws what pair_evidence() and region_in_photos() throw,
// InputError where no photo can be read, Interrupted. Words are describe_marks()'s to add.
BookMark test_book_mark(const PairEvidence& pair, const PairSpace& space,
                        const std::shared_ptr<const Model>& model, const BookRegion& region,
                        const std::vector<Side>& sides, const BookMarkOptions& options = {},
                        const ProgressCallback& progress = {});

}  // namespace differentia

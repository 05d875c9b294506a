#pragma once

// What is kept of a pair of taxa (atlas/store/derived.h), as the pair screen shows it.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atlas/store/derived.h"
#include "atlas/store/reader.h"
#include "base/photo_geometry.h"
#include "base/statistics.h"

namespace differentia::viewer {

struct PhotoCount {
  int with = 0, of = 0;
};

// Where a mark is in one photo, or the same place in a photo of the other taxon.
struct PairSighting {
  store::PhotoRecord photo;
  Point place;  // photo pixels
  Box box;      // around it, photo pixels
  double attribution = 0;
};

enum class PairStatus { kUntested, kTested, kNotShown, kNotTestable };

struct PairMark {
  int number = 0;        // as a person counts; of a context cue negative: −1 is the first
  bool of_a = true;      // the carrier is A
  bool presence = true;  // the other lacks it; else both have it and it looks different
  PairStatus status = PairStatus::kUntested;
  std::string title;  // what it looks like, or that it has no words
  std::string why;    // it is not testable
  PhotoCount seen, seen_other, changed_mind;
  Estimate attribution;            // logits a photo of the carrier
  Estimate removed, elsewhere;     // fall of the margin, logits; NaN where not tested
  double subject_share = 0;        // NaN where no masks are given
  std::vector<std::string> forms;  // in which it is seen, where not in all
  std::vector<std::string> flags;  // sentences
  std::vector<PairSighting> sightings, counterparts;  // of the carrier, of the other; best first
};

struct PairTaxonFindings {
  std::int32_t taxon = 0;  // id
  std::string name;        // as people read it
  PhotoCount told;         // told from the other, of photos that no mark was found in
};

// A position of the contrastive map in its photo.
struct MapPosition {
  std::int32_t photo = 0;  // in PairFindings::photos
  Box box;                 // icon-sized, in the photo's pixels
};

struct PairFindings {
  PairTaxonFindings a, b;
  std::string verdict;          // a sentence where there is no reason; else empty
  bool tested = false;          // removal was run
  PhotoCount decided;           // from the marks alone; of 0 where not known
  std::vector<PairMark> marks;  // field marks, then context cues
  std::vector<std::string> notes;

  store::PairMap map;                      // no positions where none is kept
  std::vector<store::PhotoRecord> photos;  // those of the map
  std::vector<MapPosition> positions;      // of the map's, one for one
  std::vector<std::int32_t> strongest;     // the map's positions, most |attribution| first
  double limit = 1;                        // logits: nearly all of them lie within ± this

  const PairTaxonFindings& side(bool of_a) const { return of_a ? a : b; }
  const PairMark* mark(int number) const;  // null where there is none
};

// Reads what is kept of the pair, by either order; nothing where there is nothing. Any thread.
// Throws what kept_pair() throws, and InputError where the result cannot be understood.
std::optional<PairFindings> load_pair(const store::Reader& atlas, std::int32_t taxon_a,
                                      std::int32_t taxon_b);

// From the JSON of `differentia compare` alone: no map. Throws InputError.
PairFindings pair_of_json(const std::string& json, const store::Reader& atlas,
                          const store::PairKey& key);

}  // namespace differentia::viewer

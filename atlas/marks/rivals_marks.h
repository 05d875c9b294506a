#pragma once

// The marks of one taxon in its pairs with several rivals, put together: which of them are the same
// thing in the taxon's photos, and so which hold against all of the rivals, some or one.

#include <cstddef>
#include <string>
#include <vector>

#include "atlas/marks/pair_marks.h"

namespace differentia {

// What a pair says of a mark. Pointers are into the pairs that were given.
struct MarkAgainst {
  std::size_t pair = 0;  // index of the rival's pair
  const Mark* mark = nullptr;
  bool holds = false;  // the test shows it; where the pair was not tested, its look differs and it
                       // moves the model
};

// One thing that the taxon's photos show.
struct SharedMark {
  std::vector<MarkAgainst> against;  // by pair, one of each at most
  // Of those that hold, or of all where none does:
  const Mark* strongest = nullptr;  // whose words name it
  int holds = 0;                    // against so many rivals
  Count seen;                       // of the taxon's photos: the smallest share over the rivals
  Count seen_other;                 // of the rivals' photos, all together
  Count changed_mind;               // the smallest share
  double strength = 0;              // the smallest
};

struct RivalsMarks {
  std::vector<SharedMark> marks;    // field marks: first what holds against most rivals, then the
                                    // strongest
  std::vector<SharedMark> context;  // context cues, likewise
  // Of each pair the rival's own field marks that hold: the taxon is told by lacking them.
  std::vector<std::vector<const Mark*>> absent;
};

struct RivalsMarksOptions {
  // In one photo two marks are at one place where their boxes overlap by so much (intersection over
  // union), or where their places are no farther apart than this share of a box's side.
  double same_box = 0.3;
  double same_distance = 0.5;
  double same_place = 0.5;        // share of the photos that show both
  int least_photos = 3;           // so many of these are needed
  double false_discovery = 0.05;  // of looks and attribution, where the pair was not tested
};

// Share of the taxon's photos that show both marks in which they are at one place; 0 where these
// photos are fewer than `least_photos`.
double same_place(const Mark& one, const Mark& two, const RivalsMarksOptions& options = {});

// Marks are one thing where their places are the same, on average over a group, and their parts'
// names are not different ones. `pairs` have the taxon as A (Side::kA) and must outlive the result.
RivalsMarks marks_against_rivals(const std::vector<PairMarks>& pairs,
                                 const RivalsMarksOptions& options = {});

// "orange breast" of "orange breast (streaked cream in Turdisca guttata)": what a mark's carrier
// shows, without the other.
std::string own_words(const Mark& mark);

}  // namespace differentia

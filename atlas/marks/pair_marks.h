#pragma once

// What the model goes by to tell two taxa apart: the result of a comparison, as plain data. Plates,
// JSON and the viewer are made of it.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "atlas/marks/side.h"
#include "atlas/store/records.h"
#include "base/photo_geometry.h"
#include "base/statistics.h"

namespace differentia {

// So many of so many photos.
struct Count {
  int with = 0, of = 0;
  double share() const { return of > 0 ? static_cast<double>(with) / of : 0; }
};

// Presence: what is seen in the carrier's photos is not in the other's. State: both have it, and it
// looks different.
enum class MarkKind : std::uint8_t { kPresence, kState };

enum class MarkStatus : std::uint8_t {
  kUntested,  // no test was asked for
  kTested,    // its removal moves the model away from its carrier more than removal elsewhere does
  kNotShown,  // tested, but the difference may be chance, or is under a tenth of the margin
  kNotTestable,  // no other place on the subject, or too few photos; see Mark::why
};

// A mark in one photo.
struct Sighting {
  std::int32_t photo = 0;  // id in the atlas
  Side side = Side::kA;    // whose photo
  bool testing = false;    // of the half that marks are tested on
  Point place;             // where it is, photo coordinates
  bool refined = false;    // `place` is from the pixels; else from the grid
  Box box;                 // around its positions, photo coordinates
  double attribution = 0;  // of its positions, toward the carrier, logits
  double look = 0;  // 1: like the carrier's on average, −1: like the other's; may be beyond
};

// What a patch shows, in words and in numbers: filled in by describe_marks().
struct MarkWords {
  std::string text;   // "orange breast (white in B)"; empty where not described
  std::string part;   // "breast", from the photo set's parts; empty where there are none
  std::string where;  // "lower front", from its place on the subject
  std::string colour, other_colour;    // colour names
  std::string pattern, other_pattern;  // plain, barred, streaked, spotted
  double lightness = 0;                // the carrier's less the other's, CIE L* (0…100)
  double size = 0;                     // the carrier's area over the other's; 0 where not measured
};

struct Mark {
  int number = 0;  // 1 first
  Side carrier = Side::kA;
  MarkKind kind = MarkKind::kPresence;
  bool on_subject = true;    // a field mark; else a context cue
  double subject_share = 0;  // mean share of its place on the subject; NaN where no masks are given
  int merged = 0;            // neighbouring candidates that went together and are in it

  // On the testing half:
  Count seen, seen_other;      // photos of the carrier and of the other where it is seen
  Estimate attribution;        // a photo of the carrier, toward the carrier, logits
  Estimate attribution_other;  // the same place in a photo of the other, toward the carrier
  double difference_q = 1;     // that the look differs: Benjamini–Hochberg over the candidates
  double attribution_q = 1;    // that it moves the model
  MarkStatus status = MarkStatus::kUntested;
  std::string why;     // it is not testable
  Estimate removed;    // fall of the carrier's margin when it is removed, logits
  Estimate elsewhere;  // when the same area elsewhere on the subject is
  Estimate beyond;     // the paired difference
  double removal_q = 1;
  Count changed_mind;    // of photos that the model had right, it is wrong without the mark
  double exchanged = 0;  // finding half: fall of the margin when its activations are exchanged for
                         // the most similar ones of the other taxon, logits
  double strength = 0;   // finding half: the larger fall, by removal or by exchange, over the
                         // carrier's median margin

  double place_x = 0,
         place_y = 0;  // in the subject's bounding box, 0…1 (folded across); NaN unknown
  std::vector<std::string> forms;  // of the carrier in which it is seen, where it is not in all
  std::vector<std::string> flags;  // sentences: few observers, places, dates
  MarkWords words;

  // Best first: of the carrier, and the corresponding place in photos of the other.
  std::vector<Sighting> sightings, counterparts;
};

struct PairTaxon {
  store::TaxonRecord record;
  int photos = 0;     // whose grids were used
  int testing = 0;    // of these, on the testing half
  Count told;         // testing photos whose own logit is above the other's
  Count confused;     // testing photos that the model names as the other
  double margin = 0;  // median own logit less the other's
};

struct PairMarks {
  std::array<PairTaxon, 2> taxa;
  bool tested = false;        // removal was run
  bool held_out = true;       // the testing half is of photos not marked `train`
  bool masked = true;         // subject masks are given
  std::vector<Mark> marks;    // field marks; first those whose removal, weighed by how much the
                              // carrier alone shows them, does most on the finding half
  std::vector<Mark> context;  // context cues
  Count decided;        // testing photos decided rightly from the looks of at most three marks
                        // of each taxon alone, of those that the test does not refuse;
                        // of 0 where there are none. A little optimistic: that test is on the
                        // same photos
  std::string verdict;  // a sentence, said first, where there is no reason; else empty
  std::vector<std::string> notes;  // sentences

  const PairTaxon& taxon(Side side) const { return taxa[static_cast<std::size_t>(side)]; }
};

}  // namespace differentia

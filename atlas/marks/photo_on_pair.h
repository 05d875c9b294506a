#pragma once

// One photo asked about a pair of taxa, as plain data: which of the pair's marks it shows, and
// where it stands between the two. Text, JSON and pictures are made of it.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "atlas/marks/pair_marks.h"
#include "base/photo_geometry.h"

namespace differentia {

enum class MarkPresence : std::uint8_t {
  kSeen,    // at its place the photo looks as the mark's carrier does
  kAbsent,  // it looks as the other taxon does
  kHidden,  // it cannot be said
};

enum class WhyHidden : std::uint8_t {
  kNot,
  kOffFrame,     // its place is not in what the model sees of the photo
  kOffSubject,   // its place is covered, or turned away: the subject mask has a gap there
  kLikeNeither,  // what is at its place looks like neither taxon's photos there
};

// A mark in the photo.
struct TickedMark {
  MarkPresence presence = MarkPresence::kHidden;
  WhyHidden why = WhyHidden::kNot;
  // Where it is seen, or where it would be: photo coordinates; beyond the photo where it is off the
  // frame.
  Point place;
  Box box;                 // around that place, as large as the mark is in photos of the carrier
  double look = 0;         // 1: as the carrier's on average, −1: as the other's
  double unlike = 0;       // how far from both, over the most that is usual: above 1 like neither
  double attribution = 0;  // of the positions there, toward the carrier, logits
};

enum class PlacedOnAxis : std::uint8_t {
  kA,
  kB,
  kBetween,  // as neither taxon's photos, or as those of both
  kNeither,  // the model takes it for something else
};

// Testing photos of the pair's taxa, as the axis z_A − z_B has them.
struct PairAxis {
  std::array<std::vector<double>, 2> margins;  // ascending, logits
  // A photo is clearly A's from clear_a on, and clearly B's up to clear_b, which is lower: the
  // lower fence of A's photos and the upper one of B's (a quartile and one and a half interquartile
  // ranges: Tukey 1977); where these overlap, the 5th percentile of A's and the 95th of B's, the
  // higher of them for A and the lower for B.
  double clear_a = 0, clear_b = 0;
};

struct PhotoOnPair {
  std::string path;
  Size size;
  std::string repair;     // what the decoder mended; empty: nothing
  std::string in_atlas;   // path of the atlas's photo that it is; empty: none
  bool found_in = false;  // … of the half that marks were found in

  bool masked = false;     // a subject mask was used
  bool estimated = false;  // … and is an estimate
  Box subject;             // around it, photo coordinates; the whole photo where there is none

  std::vector<TickedMark> marks, context;  // of PairMarks' marks and context, one for one

  double margin = 0;              // z_A − z_B
  std::array<double, 2> logit{};  // z_A, z_B
  std::array<Count, 2> below;     // of each taxon's testing photos: with a lower margin
  int first = 0;                  // the output that the model names first
  std::string first_label;        // its label
  double first_logit = 0;
  PlacedOnAxis placed = PlacedOnAxis::kBetween;
  // Both logits are below what the taxa's testing photos get (beyond Tukey's fences).
  bool weak = false;
};

}  // namespace differentia

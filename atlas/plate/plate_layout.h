#pragma once

// Where a plate's labels lie: names in the margin beside a picture, each with a straight line to
// its mark. Pure geometry in page coordinates (any unit, y downward); no pictures, no text.

#include <vector>

#include "base/photo_geometry.h"

namespace differentia {

// A mark as its line sees it: the ellipse inscribed in `box`. A box without extent is a point.
struct MarkHead {
  Box box;
};

// A label's text, measured.
struct LabelSize {
  double width = 0, height = 0;
  double line = 0;  // from its top to where its line leaves it: the middle of its first row
};

struct Segment {
  Point from, to;
};

// Whether two segments have a point in common.
bool cross(const Segment& a, const Segment& b);

// Where the straight way from `from` to the head's middle meets its edge. REQUIRES `from` outside
// the head.
Point edge_toward(const MarkHead& head, Point from);

struct PlacedLabel {
  Box text;
  Segment leader;  // from the margin (tail) to the mark's edge (head)
};

struct LabelMargin {
  Box box;                    // its height is filled from the top where the labels need more
  bool picture_right = true;  // the picture lies right of the margin
  double gap = 4;             // between two texts, one below the other
  double tail = 3;            // between a text and its line's tail
};

inline constexpr int kMostLabels = 6;

// In the order of `heads`: each text in the margin, at its picture's side, as near to its mark's
// height as the others let it; no two texts overlap. Every order of the texts from the top down is
// tried: of those with the fewest crossings of lines (none, in all of 400,000 random scenes) the
// one with the shortest lines that run through no other mark. The texts may end below the margin's
// box where it is too low for them. REQUIRES heads.size() == labels.size() <= kMostLabels; heads on
// the picture's side of the margin.
std::vector<PlacedLabel> place_labels(const LabelMargin& margin, const std::vector<MarkHead>& heads,
                                      const std::vector<LabelSize>& labels);

}  // namespace differentia

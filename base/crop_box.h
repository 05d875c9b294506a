#pragma once

// Where to crop a photo around a subject: margin, shape, least size, and never beyond the photo.

#include "base/photo_geometry.h"

namespace differentia {

struct CropShape {
  double margin = 0.15;  // left on each side, as a share of the subject's longer side
  double aspect = 0;    // width over height; 0: whatever comes of the margin
  int least = 0;        // pixels of either side; reached by more of the photo, never by enlarging
};

// Where crops may lie. A crop's left and top edges lie a whole number of steps right of and below
// `origin`: at the corners of a JPEG's blocks it can be cut out without coding it anew.
struct CropFrame {
  Box within;  // whole pixels
  Point origin;
  int step_x = 1, step_y = 1;
};

struct Crop {
  Box box;             // whole pixels, inside the frame
  bool whole = true;   // it holds the whole subject; false: the frame does not
  bool shaped = true;  // false: the frame has no room for the aspect or the least size
};

// The smallest crop of that shape around `subject`, with the subject near its middle. Where the
// frame has no room for the margin on a side, the other side has more; where it has none for the
// margin at all, the margin gives way to the aspect, and the aspect to the whole subject.
//
// REQUIRES: the frame holds a position of its lattice and more than one step beyond it.
Crop crop_box(const Box& subject, const CropShape& shape, const CropFrame& frame);

// The part of `frame` that leaves `other` out where it lies beside, above or below `subject`: up to
// halfway between the two, or as near to that as the lattice allows without cutting into the
// subject. The frame as it is where they overlap or too little would be left.
CropFrame beside(const CropFrame& frame, const Box& subject, const Box& other);

}  // namespace differentia

#pragma once

// Photos of the two taxa of a pair with a mark's place ringed: A's on the left, B's on the right.

#include <vector>

#include "viewer/desk.h"
#include "viewer/pair_findings.h"

namespace differentia::viewer {

class PairExemplars {
 public:
  void draw(Desk& desk, const Box& place, const PairFindings& pair, const PairMark& mark);
  // The photos in sight are there, or it is known that they never will be.
  bool complete() const { return complete_; }

 private:
  void draw_side(Desk& desk, const Box& place, const PairFindings& pair, const PairMark& mark,
                 bool of_a);

  bool complete_ = true;
};

}  // namespace differentia::viewer

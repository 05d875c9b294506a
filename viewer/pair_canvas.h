#pragma once

// The contrastive map of a pair: what speaks for A on the left, for B on the right, alike things at
// one height. Dots are positions of photos, pictures those that say most.

#include <cstdint>
#include <vector>

#include "viewer/camera.h"
#include "viewer/desk.h"
#include "viewer/pair_findings.h"
#include "viewer/pointer.h"

struct ImDrawList;

namespace differentia::viewer {

class PairCanvas {
 public:
  // `keys`: no text field has the keyboard.
  void draw(Desk& desk, const Box& place, const PairFindings& pair, bool keys);
  // All pictures are there, or it is known that they never will be.
  bool complete() const { return complete_; }
  void fit() { fitted_ = {}; }

 private:
  struct Patch {
    std::int32_t position = 0;
    Box box;  // on the screen
  };

  void take_input(Desk& desk, const Box& place, const PairFindings& pair, bool keys);
  double axis_x(const PairFindings& pair, double logits) const;  // of the world
  Point world_of(const PairFindings& pair, std::int32_t position) const;
  void draw_dots(Desk& desk, ImDrawList* list, const PairFindings& pair);
  void draw_axis(Desk& desk, ImDrawList* list, const PairFindings& pair) const;
  void choose_patches(const Desk& desk, const PairFindings& pair);
  void draw_patches(Desk& desk, ImDrawList* list, const PairFindings& pair);
  void draw_key(const Desk& desk, ImDrawList* list, const PairFindings& pair) const;
  // The position under the mouse; −1: none.
  std::int32_t hovered(const Desk& desk, const PairFindings& pair) const;
  void draw_tooltip(Desk& desk, const PairFindings& pair, std::int32_t position) const;
  bool shown(const Desk& desk, const PairFindings& pair, std::int32_t position) const;

  MovingCamera camera_;
  Pointer pointer_;
  double scale_ = 1;  // of the theme
  Box fitted_;        // the place that the camera was fitted to; its pixels are the world
  bool over_ = false, clicked_ = false;
  bool complete_ = true;
  std::vector<Patch> patches_;
};

// Where logits lie on the map's axis, −1 … 1: the root spreads what is weak, so that neither the
// crowd at zero nor the few strong ones are lost. Beyond ± `limit` lies at the edge.
double along_axis(double logits, double limit);
// Values to write at the axis, rising, at most three, none beyond `limit`.
std::vector<double> axis_values(double limit);

}  // namespace differentia::viewer

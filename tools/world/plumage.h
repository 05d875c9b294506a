#pragma once

// Where on a bird each part lies, and how its pattern is laid over it.

#include "tools/world/canvas.h"

namespace differentia::world {

// Places of a pixel on the body: along the spine (Station::t), across it (−1 belly … 1 back), and
// in lengths.
struct BodyPlace {
  float t = 0, v = 0;
  float arc = 0, lateral = 0;
};

// The part of the body's surface (no wing, tail, bill, legs) at a place; sizes and shapes of
// throat, breast, rump as the looks say.
Part body_part(const Looks& looks, float t, float v);

// The part of the head's surface at (x forward, y up), relative to the head's radius. Part::none
// where the head has nothing of its own and the body's part goes on.
Part head_part(const Looks& looks, float x, float y);

// How much of the pattern's colour (0 … 1) a part shows at a place `along` and `across` the
// feathers, in units of the body's length. `fineness` is the size of one pixel in the same unit,
// for soft edges.
class PatternField {
 public:
  PatternField(std::uint64_t bird_key, double scale);
  float operator()(Pattern pattern, float along, float across, float fineness) const;
  // Light and shade of single body feathers, about −1 … 1.
  float feathers(float along, float across) const;
  const NoiseTile& noise() const { return fibres_; }

 private:
  NoiseTile fibres_;  // stream "plumage"
  NoiseTile marks_;   // stream "spots"
  float scale_;
};

}  // namespace differentia::world

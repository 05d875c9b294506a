#pragma once

// The geometry of one posed bird: body, head, bill, wing, tail and legs as outlines and feathers,
// in units of the body's length, x to the right and y down, the bird facing right. No colours and
// no pixels.

#include <vector>

#include <opencv2/core.hpp>

#include "tools/world/scene.h"

namespace differentia::world {

using Point = cv::Point2d;
using Outline = std::vector<Point>;

// A cross-section of the body: `dorsal` is the unit vector towards the back, the radii reach to
// back and belly.
struct Station {
  Point centre;
  Point dorsal;
  double up = 0, down = 0;
  double t = 0;    // 0 at the tail's base … 1 at the head's centre
  double arc = 0;  // length along the spine from the tail's base
};

struct Feather {
  enum class Tract { primary, secondary, tertial, greater_covert, median_covert, tail };
  Tract tract = Tract::primary;
  Point base, tip;
  double width = 0;
  int number = 0;  // within the tract
};

// The leaf shape of a feather between two places along it (0 base … 1 tip).
Outline feather_outline(const Feather& feather, double from = 0, double to = 1);

struct Leg {
  Point hip, heel, foot;
  std::vector<Outline> toes;  // polylines from the foot
  bool far = false;           // the leg on the other side of the body
};

struct HeadFrame {
  Point centre;
  Point forward, up;  // unit vectors
  double radius = 0;
  Point at(double x, double y) const { return centre + radius * (x * forward + y * up); }
};

struct BirdShape {
  std::vector<Station> spine;
  HeadFrame head;
  Outline head_outline;
  Outline crest;  // empty without one
  Point eye;
  double eye_radius = 0;
  Outline bill_upper, bill_lower, gape;
  Point nostril;
  Outline tail_base;          // closes the tail to the body
  std::vector<Feather> tail;  // in the order they are painted
  Outline wing;               // the whole folded wing
  Outline shoulder;           // its smooth lesser coverts
  std::vector<Feather> wing_feathers;
  std::vector<Leg> legs;  // far leg first
  Point foot;             // between the feet: where the perch is
  cv::Rect2d extent;      // of everything
};

// Depends on the plan, the pose and the shapes and sizes of the looks, not on colours.
BirdShape make_bird_shape(const Bird& bird);

// Points of a closed (or open) Catmull–Rom curve through the given ones.
Outline smooth_curve(const Outline& points, bool closed, int per_segment = 6);

}  // namespace differentia::world

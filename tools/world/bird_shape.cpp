#include "tools/world/bird_shape.h"

#include <algorithm>
#include <cmath>

namespace differentia::world {

namespace {

constexpr double kDegree = M_PI / 180;

double length(const Point& p) {
  return std::hypot(p.x, p.y);
}
Point unit(const Point& p) {
  return p / std::max(length(p), 1e-9);
}
// Turns counter-clockwise as seen on the screen.
Point turn(const Point& p, double degrees) {
  const double c = std::cos(degrees * kDegree), s = std::sin(degrees * kDegree);
  return {p.x * c + p.y * s, -p.x * s + p.y * c};
}

template <typename T>
T catmull_rom(const T& a, const T& b, const T& c, const T& d, double u) {
  return 0.5 * (2.0 * b + u * (c - a) + u * u * (2.0 * a - 5.0 * b + 4.0 * c - d) +
                u * u * u * (3.0 * b - a - 3.0 * c + d));
}

// The body's own frame: x towards the chest, y towards the back.
struct BodyFrame {
  Point forward, dorsal;
  Point at(double x, double y) const { return x * forward + y * dorsal; }
};

const PartLook& look(const Bird& bird, Part part) {
  return bird.looks[static_cast<std::size_t>(part)];
}

void make_spine(const Bird& bird, const BodyFrame& body, BirdShape& shape) {
  const BodyPlan& plan = bird.plan;
  const double half = plan.depth / 2;
  const Point up(0, -1);
  const Point neck_way = unit(0.55 * body.forward + 0.85 * up);
  const Point shoulders = body.at(0.40, 0.15);
  const double neck = plan.neck * bird.neck;
  shape.head.radius = plan.head;
  shape.head.centre = shoulders + (neck + 0.62 * plan.head) * neck_way;
  shape.head.forward = turn(Point(1, 0), bird.head_pitch);
  shape.head.up = turn(up, bird.head_pitch);
  // centre x, y in the body's frame and radius as columns
  struct Knot {
    Point p;
    double r;
  };
  const double neck_radius = 0.80 * plan.head + 0.10 * half;
  const std::vector<Knot> knots = {
      {body.at(-0.56, 0.060), 0.055},
      {body.at(-0.40, 0.040), 0.52 * half},
      {body.at(-0.20, 0.005), 0.83 * half},
      {body.at(0.03, -0.020), 1.00 * half},
      {body.at(0.25, 0.000), 0.96 * half},
      {body.at(0.385, 0.085), 0.72 * half + 0.12 * plan.head},
      {shoulders + (0.25 * neck + 0.05 * plan.head) * neck_way, neck_radius},
      {shape.head.centre - (0.30 * neck + 0.10 * plan.head) * neck_way,
       0.5 * neck_radius + 0.46 * plan.head},
      {shape.head.centre, 0.93 * plan.head},
  };
  constexpr int kPerSegment = 6;
  const int segments = static_cast<int>(knots.size()) - 1;
  for (int i = 0; i < segments; ++i) {
    const auto knot = [&](int k) {
      return knots[static_cast<std::size_t>(std::clamp(k, 0, segments))];
    };
    for (int k = 0; k < kPerSegment + (i == segments - 1 ? 1 : 0); ++k) {
      const double u = static_cast<double>(k) / kPerSegment;
      Station s;
      s.centre = catmull_rom(knot(i - 1).p, knot(i).p, knot(i + 1).p, knot(i + 2).p, u);
      const double r = catmull_rom(knot(i - 1).r, knot(i).r, knot(i + 1).r, knot(i + 2).r, u);
      s.t = (i + u) / segments;
      // The belly is fuller than the back, from the vent to the chest.
      const double fullness = std::sin(M_PI * std::clamp(s.t / 0.8, 0.0, 1.0));
      s.up = r * (1 - 0.04 * fullness);
      s.down = r * (1 + (0.10 * bird.plan.belly + (bird.plan.belly - 1)) * fullness);
      shape.spine.push_back(s);
    }
  }
  for (std::size_t i = 0; i < shape.spine.size(); ++i) {
    const Point along = shape.spine[std::min(i + 1, shape.spine.size() - 1)].centre -
                        shape.spine[i == 0 ? 0 : i - 1].centre;
    const Point tangent = unit(along);
    shape.spine[i].dorsal = {tangent.y, -tangent.x};
    if (i > 0)
      shape.spine[i].arc =
          shape.spine[i - 1].arc + length(shape.spine[i].centre - shape.spine[i - 1].centre);
  }
}

void make_head(const Bird& bird, BirdShape& shape) {
  const HeadFrame& head = shape.head;
  const PartLook& crown = look(bird, Part::crown);
  const std::vector<Point> around = {{0.93, 0.08},   {0.84, 0.46},  {0.52, 0.82},  {0.05, 0.97},
                                     {-0.45, 0.86},  {-0.85, 0.50}, {-1.00, 0.00}, {-0.86, -0.50},
                                     {-0.45, -0.84}, {0.10, -0.88}, {0.58, -0.66}, {0.86, -0.30}};
  Outline points;
  for (const Point& p : around) points.push_back(head.at(p.x, p.y));
  shape.head_outline = smooth_curve(points, true);
  if (crown.shape == "crest") {
    const double s = crown.size;
    shape.crest = smooth_curve(
        {head.at(0.72, 0.55), head.at(0.42, 0.93 + 0.06 * s), head.at(-0.05, 1.08 + 0.22 * s),
         head.at(-0.62, 1.12 + 0.44 * s), head.at(-1.16, 1.10 + 0.58 * s),
         head.at(-1.02, 0.98 + 0.36 * s), head.at(-1.18, 0.90 + 0.20 * s),
         head.at(-1.02, 0.74 + 0.06 * s), head.at(-0.95, 0.42), head.at(-0.10, 0.35)},
        true, 5);
  }
  shape.eye = head.at(0.36 + 0.10 * bird.head_turn, 0.16);
  shape.eye_radius = bird.plan.eye * head.radius;

  // The bill in a frame of its own: x from the face to the tip, y up, relative to its length and
  // depth.
  const PartLook& bill = look(bird, Part::bill);
  const double reach = bird.plan.bill_length * bill.size * (1 - 0.45 * bird.head_turn);
  const double depth = bird.plan.bill_depth * (0.6 + 0.4 * bill.size);
  const Point root = head.at(0.72, -0.02);
  const double inside = 0.24 * head.radius;  // what the feathers of the face cover
  const auto at = [&](double x, double y) {
    const double along = x <= 0 ? x * inside : x * reach;
    return root + (along + inside * 0.9) * head.forward + y * depth * head.up;
  };
  Outline upper, lower, gape;
  if (bill.shape == "conical") {
    upper = {at(-1, 0.62),   at(0, 0.60),    at(0.45, 0.38), at(0.8, 0.10),
             at(1.0, -0.10), at(0.6, -0.10), at(0.2, -0.06), at(-1, 0.0)};
    lower = {at(-1, 0.0),    at(0.2, -0.06), at(0.6, -0.10), at(0.92, -0.12),
             at(0.6, -0.34), at(0.2, -0.52), at(-1, -0.55)};
  } else if (bill.shape == "hooked") {
    upper = {at(-1, 0.55),   at(0, 0.55),     at(0.5, 0.48),  at(0.85, 0.28), at(1.0, -0.05),
             at(1.0, -0.50), at(0.90, -0.16), at(0.5, -0.08), at(-1, -0.02)};
    lower = {at(-1, -0.02),   at(0.5, -0.08), at(0.88, -0.14),
             at(0.75, -0.30), at(0.4, -0.42), at(-1, -0.46)};
  } else if (bill.shape == "dagger") {
    upper = {at(-1, 0.52), at(0, 0.50), at(0.5, 0.30), at(1.0, -0.04), at(0.5, -0.03), at(-1, 0.0)};
    lower = {at(-1, 0.0),    at(0.5, -0.03), at(0.97, -0.06),
             at(0.5, -0.32), at(0, -0.46),   at(-1, -0.48)};
  } else if (bill.shape == "decurved") {
    upper = {at(-1, 0.50),   at(0, 0.48),    at(0.35, 0.34), at(0.7, -0.20),
             at(1.0, -1.15), at(0.7, -0.50), at(0.35, 0.02), at(-1, 0.0)};
    lower = {at(-1, 0.0),     at(0.35, 0.02), at(0.7, -0.50), at(0.96, -1.12),
             at(0.66, -0.72), at(0.3, -0.34), at(-1, -0.46)};
  } else {  // thin
    upper = {at(-1, 0.50),   at(0, 0.46),    at(0.5, 0.30), at(0.85, 0.10),
             at(1.0, -0.10), at(0.6, -0.06), at(-1, 0.0)};
    lower = {at(-1, 0.0),    at(0.6, -0.06), at(0.95, -0.12),
             at(0.5, -0.34), at(0, -0.42),   at(-1, -0.42)};
  }
  gape = {at(-0.9, -0.02), at(0.2, -0.04), at(0.55, bill.shape == "decurved" ? -0.24 : -0.07),
          at(0.9, bill.shape == "decurved" ? -0.95 : -0.10)};
  shape.bill_upper = smooth_curve(upper, true, 4);
  shape.bill_lower = smooth_curve(lower, true, 4);
  shape.gape = smooth_curve(gape, false, 4);
  shape.nostril = at(0.12, 0.24);
}

void make_tail(const Bird& bird, const BodyFrame& body, BirdShape& shape) {
  const PartLook& tail = look(bird, Part::tail);
  const double reach = bird.plan.tail_length * tail.size;
  const Point axis = turn(-1.0 * body.forward, -bird.tail_pitch + 4);
  const Point across(axis.y,
                     -axis.x);  // towards the back's side or the belly's; the fan is symmetrical
  const Point base = shape.spine.front().centre + 0.06 * body.forward;
  const double half = 0.5 * bird.plan.tail_width * bird.tail_spread;
  constexpr int kFeathers = 8;
  for (int i = 0; i < kFeathers; ++i) {
    // From the outside in, alternating sides, so that the middle pair lies on top.
    const int pair = i / 2;
    const double side = i % 2 == 0 ? -1 : 1;
    const double out = side * (1.0 - pair / 3.4);  // −1 … 1 across the fan
    const double edge = std::abs(out);
    double stretch = 1;
    if (tail.shape == "notched") stretch = 0.90 + 0.10 * edge;
    if (tail.shape == "forked") stretch = 0.66 + 0.34 * edge * edge;
    if (tail.shape == "rounded") stretch = 1.0 - 0.20 * edge * edge;
    if (tail.shape == "pointed") stretch = 1.0 - 0.45 * edge;
    Feather feather;
    feather.tract = Feather::Tract::tail;
    feather.number = i;
    feather.base = base + out * 0.030 * across;
    feather.tip = base + (reach * stretch + 0.06) * axis + out * (half - 0.02) * across;
    feather.width = std::max(0.040, 0.55 * half);
    shape.tail.push_back(feather);
  }
  shape.tail_base = {base + 0.12 * body.forward + 0.07 * across,
                     base + 0.12 * body.forward - 0.07 * across,
                     base + 0.35 * reach * axis - (0.25 * half + 0.035) * across,
                     base + 0.35 * reach * axis + (0.25 * half + 0.035) * across};
}

void make_wing(const Bird& bird, const BodyFrame& body, BirdShape& shape) {
  using Tract = Feather::Tract;
  const double wide = bird.plan.depth / 0.56;
  const Point shoulder = body.at(0.33, 0.055 * wide);
  const double reach = bird.plan.wing_length;
  const Point axis = turn(-1.0 * body.forward, 2.5);
  Point across(-axis.y, axis.x);
  if (across.dot(body.dorsal) < 0) across = -1.0 * across;
  const auto at = [&](double u, double w) {
    return shoulder + u * reach * axis + w * wide * across;
  };
  shape.wing = smooth_curve({at(-0.02, -0.03), at(0.03, 0.055), at(0.18, 0.112), at(0.42, 0.105),
                             at(0.68, 0.055), at(0.90, 0.005), at(0.93, -0.03), at(0.72, -0.085),
                             at(0.50, -0.125), at(0.25, -0.150), at(0.06, -0.115)},
                            true);
  shape.shoulder =
      smooth_curve({at(-0.015, -0.03), at(0.03, 0.05), at(0.16, 0.105), at(0.27, 0.095),
                    at(0.23, 0.0), at(0.21, -0.08), at(0.13, -0.125), at(0.05, -0.105)},
                   true);
  const auto add = [&](Tract tract, int number, const Point& base, const Point& tip, double width) {
    Feather feather;
    feather.tract = tract;
    feather.number = number;
    feather.base = base;
    feather.tip = tip;
    feather.width = width;
    shape.wing_feathers.push_back(feather);
  };
  for (int i = 0; i < 6; ++i)  // the longest lies lowest
    add(Tract::primary, i, at(0.42, -0.075 + 0.012 * i), at(1.03 - 0.045 * i, -0.030 + 0.011 * i),
        0.050 * wide);
  for (int i = 0; i < 5; ++i)
    add(Tract::secondary, i, at(0.26, -0.105 + 0.026 * i), at(0.70 - 0.008 * i, -0.085 + 0.026 * i),
        0.056 * wide);
  for (int i = 2; i >= 0; --i)
    add(Tract::tertial, i, at(0.24, 0.045 + 0.02 * i), at(0.76 - 0.07 * i, 0.022 + 0.027 * i),
        0.085 * wide);
  for (int i = 0; i < 7; ++i)
    add(Tract::greater_covert, i, at(0.19, -0.120 + 0.034 * i),
        at(0.425 - 0.006 * std::abs(i - 2), -0.130 + 0.036 * i), 0.060 * wide);
  for (int i = 0; i < 6; ++i)
    add(Tract::median_covert, i, at(0.12, -0.105 + 0.036 * i), at(0.285, -0.115 + 0.038 * i),
        0.058 * wide);
}

void make_legs(const Bird& bird, const BodyFrame& body, BirdShape& shape) {
  const BodyPlan& plan = bird.plan;
  const double level = body.at(0.0, -0.40 * plan.depth).y + 0.05 + plan.leg_length;
  const double apart = 0.075 + 0.035 * bird.stride;
  for (const bool far : {true, false}) {
    Leg leg;
    leg.far = far;
    const double side = far ? 1 : -1;
    leg.hip = body.at(-0.03 + 0.02 * side, -0.36 * plan.depth);
    leg.foot = {body.at(-0.01, 0).x + 0.05 + side * apart * 0.75, level - (far ? 0.012 : 0)};
    const Point middle = 0.62 * leg.hip + 0.38 * leg.foot;
    leg.heel = {middle.x - 0.045 - 0.06 * plan.leg_length,
                leg.hip.y + 0.30 * (leg.foot.y - leg.hip.y)};
    const double toe = 0.085 + 0.10 * plan.leg_length;
    const auto curl = [&](double x, double y) { return leg.foot + toe * Point(x, y); };
    leg.toes = {smooth_curve({leg.foot, curl(0.55, -0.06), curl(1.0, 0.22)}, false, 4),
                smooth_curve({leg.foot, curl(0.45, 0.10), curl(0.78, 0.42)}, false, 4),
                smooth_curve({leg.foot, curl(0.2, 0.12), curl(0.38, 0.48)}, false, 4),
                smooth_curve({leg.foot, curl(-0.4, 0.0), curl(-0.68, 0.30)}, false, 4)};
    shape.legs.push_back(leg);
  }
  shape.foot = 0.5 * (shape.legs[0].foot + shape.legs[1].foot);
}

void measure(BirdShape& shape) {
  double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
  const auto take = [&](const Point& p) {
    left = std::min(left, p.x), right = std::max(right, p.x);
    top = std::min(top, p.y), bottom = std::max(bottom, p.y);
  };
  const auto take_all = [&](const Outline& points) {
    std::for_each(points.begin(), points.end(), take);
  };
  for (const Station& s : shape.spine)
    take(s.centre + s.up * s.dorsal), take(s.centre - s.down * s.dorsal);
  for (const Outline* o : {&shape.head_outline, &shape.crest, &shape.bill_upper, &shape.bill_lower})
    take_all(*o);
  for (const Feather& f : shape.tail) take_all(feather_outline(f));
  for (const Feather& f : shape.wing_feathers) take_all(feather_outline(f));
  for (const Leg& leg : shape.legs) {
    take(leg.foot);
    for (const Outline& toe : leg.toes) take_all(toe);
  }
  shape.extent = {left, top, right - left, bottom - top};
}

}  // namespace

Outline smooth_curve(const Outline& points, bool closed, int per_segment) {
  Outline out;
  const int n = static_cast<int>(points.size());
  const int segments = closed ? n : n - 1;
  const auto at = [&](int i) {
    return points[static_cast<std::size_t>(closed ? (i % n + n) % n : std::clamp(i, 0, n - 1))];
  };
  for (int i = 0; i < segments; ++i) {
    for (int k = 0; k < per_segment; ++k)
      out.push_back(catmull_rom(at(i - 1), at(i), at(i + 1), at(i + 2),
                                static_cast<double>(k) / per_segment));
  }
  if (!closed) out.push_back(points.back());
  return out;
}

Outline feather_outline(const Feather& feather, double from, double to) {
  const Point along = feather.tip - feather.base;
  const Point across = unit({-along.y, along.x});
  const auto half_width = [&](double s) {
    const double grow = 0.55 + 0.45 * std::min(1.0, s / 0.35);
    const double round =
        s < 0.72 ? 1 : std::sqrt(std::max(0.0, 1 - std::pow((s - 0.72) / 0.28, 2)));
    return 0.5 * feather.width * grow * round;
  };
  constexpr int kSteps = 10;
  Outline out;
  for (int i = 0; i <= kSteps; ++i) {
    const double s = from + (to - from) * i / kSteps;
    out.push_back(feather.base + s * along + half_width(s) * across);
  }
  for (int i = kSteps; i >= 0; --i) {
    const double s = from + (to - from) * i / kSteps;
    out.push_back(feather.base + s * along - half_width(s) * across);
  }
  return out;
}

BirdShape make_bird_shape(const Bird& bird) {
  BirdShape shape;
  BodyFrame body;
  body.forward = turn({1, 0}, bird.plan.posture + bird.posture);
  body.dorsal = turn({0, -1}, bird.plan.posture + bird.posture);
  make_spine(bird, body, shape);
  make_head(bird, shape);
  make_tail(bird, body, shape);
  make_wing(bird, body, shape);
  make_legs(bird, body, shape);
  measure(shape);
  return shape;
}

}  // namespace differentia::world

#include "viewer/label_placement.h"

#include <algorithm>
#include <optional>

namespace differentia::viewer {

namespace {

bool meet(const Box& a, const Box& b, double gap) {
  return a.x < b.x + b.width + gap && b.x < a.x + a.width + gap && a.y < b.y + b.height + gap &&
         b.y < a.y + a.height + gap;
}

bool inside(const Box& inner, const Box& outer) {
  return inner.x >= outer.x && inner.y >= outer.y &&
         inner.x + inner.width <= outer.x + outer.width &&
         inner.y + inner.height <= outer.y + outer.height;
}

// Offsets in units of the label's size, nearest first.
std::vector<Point> offsets() {
  std::vector<Point> list;
  for (int y = -4; y <= 4; ++y)
    for (int x = -2; x <= 2; ++x) list.push_back({x * 0.5, y * 0.5});
  std::stable_sort(list.begin(), list.end(), [](Point a, Point b) {
    return 4 * a.x * a.x + a.y * a.y < 4 * b.x * b.x + b.y * b.y;
  });
  return list;
}

// A label on it would leave too little to see.
bool small(const LabelRequest& label) {
  return label.thing.width > 0 &&
         label.thing.width * label.thing.height < 8 * label.width * label.height;
}

// Middles of the places beside a small thing, nearest first. The first kNear of them are close by.
constexpr std::size_t kNear = 24;

std::vector<Point> beside(const LabelRequest& label) {
  std::vector<Point> list;
  const Box& t = label.thing;
  for (const double away : {8.0, 22.0, 44.0, 66.0, 88.0}) {
    const double right = t.x + t.width + away + label.width / 2;
    const double left = t.x - away - label.width / 2;
    const double top = t.y - away - label.height / 2;
    const double bottom = t.y + t.height + away + label.height / 2;
    for (const Point p :
         {Point{right, label.anchor.y}, Point{left, label.anchor.y}, Point{label.anchor.x, top},
          Point{label.anchor.x, bottom}, Point{right, top}, Point{left, top}, Point{right, bottom},
          Point{left, bottom}})
      list.push_back(p);
  }
  return list;
}

std::vector<Point> candidates(const LabelRequest& label) {
  if (small(label)) return beside(label);
  static const std::vector<Point> around = offsets();
  std::vector<Point> list;
  list.reserve(around.size());
  for (const Point& offset : around)
    list.push_back(
        {label.anchor.x + offset.x * label.width, label.anchor.y + offset.y * label.height});
  return list;
}

struct Leader {
  Point from, to;
};

// Of a label that does not stand on its anchor.
std::optional<Leader> leader_of(const Box& box, Point anchor) {
  if (inside({anchor.x, anchor.y, 0, 0}, box)) return std::nullopt;
  return Leader{anchor, leader_end(box, anchor)};
}

// Twice the area of a triangle, with the sign of its turn.
double turn(Point a, Point b, Point c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

bool cross(const Leader& a, const Leader& b) {
  return turn(a.from, a.to, b.from) * turn(a.from, a.to, b.to) < 0 &&
         turn(b.from, b.to, a.from) * turn(b.from, b.to, a.to) < 0;
}

bool cross(const Leader& leader, const Box& box) {
  const Point a{box.x, box.y}, b{box.x + box.width, box.y};
  const Point c{b.x, box.y + box.height}, d{a.x, c.y};
  return inside({leader.from.x, leader.from.y, 0, 0}, box) || cross(leader, {a, c}) ||
         cross(leader, {b, d});
}

// The labels placed so far, with their leaders.
class Placed {
 public:
  void add(const Box& box, Point anchor) {
    boxes_.push_back(box);
    if (const auto leader = leader_of(box, anchor)) leaders_.push_back(*leader);
  }
  // A label there would have its leader cross, or be crossed.
  bool crossed(const Box& box, Point anchor) const {
    const auto over = [&](const Leader& leader) { return cross(leader, box); };
    if (std::any_of(leaders_.begin(), leaders_.end(), over)) return true;
    const auto own = leader_of(box, anchor);
    if (!own) return false;
    return std::any_of(boxes_.begin(), boxes_.end(),
                       [&](const Box& other) { return cross(*own, other); }) ||
           std::any_of(leaders_.begin(), leaders_.end(),
                       [&](const Leader& other) { return cross(*own, other); });
  }

 private:
  std::vector<Box> boxes_;
  std::vector<Leader> leaders_;
};

}  // namespace

Point leader_end(const Box& label, Point anchor) {
  const double round = std::min(label.width, label.height) / 2;
  return {std::clamp(anchor.x, label.x + round, label.x + label.width - round),
          std::clamp(anchor.y, label.y, label.y + label.height)};
}

std::vector<LabelPlace> place_labels(const std::vector<LabelRequest>& labels, const Box& canvas,
                                     const std::vector<Box>& obstacles,
                                     const std::vector<Box>& avoided, double gap) {
  std::vector<Box> taken = obstacles, things;
  for (const LabelRequest& label : labels)
    if (small(label)) things.push_back(label.thing);
  const auto off = [&](const Box& box, const std::vector<Box>& others, double apart) {
    return std::none_of(others.begin(), others.end(),
                        [&](const Box& other) { return meet(box, other, apart); });
  };
  Placed placed;
  std::vector<LabelPlace> places;
  for (const LabelRequest& label : labels) {
    LabelPlace place;
    const bool in_sight = label.anchor.x >= canvas.x && label.anchor.x <= canvas.x + canvas.width &&
                          label.anchor.y >= canvas.y && label.anchor.y <= canvas.y + canvas.height;
    const std::vector<Point> middles = in_sight ? candidates(label) : std::vector<Point>();
    // At best it covers nothing, else no named thing, else no other label; a place that nothing
    // crosses comes before one that covers what has no name, and is worth a longer way.
    struct Rule {
      int strict;
      bool uncrossed, far;
    };
    for (const auto& [strict, uncrossed, far] :
         {Rule{2, true, false}, Rule{1, true, false}, Rule{1, true, true}, Rule{2, false, false},
          Rule{1, false, false}, Rule{0, true, false}, Rule{0, false, false}}) {
      const std::size_t tried =
          small(label) && !far ? std::min(kNear, middles.size()) : middles.size();
      if (strict == 2 && (avoided.empty() || !small(label))) continue;
      for (std::size_t i = 0; i < tried && !place.shown; ++i) {
        const Box box{middles[i].x - label.width / 2, middles[i].y - label.height / 2, label.width,
                      label.height};
        if (inside(box, canvas) && off(box, taken, gap) && (strict < 1 || off(box, things, 0)) &&
            (strict < 2 || off(box, avoided, 0)) &&
            (!uncrossed || !placed.crossed(box, label.anchor)))
          place = {true, box};
      }
    }
    if (place.shown) {
      taken.push_back(place.box);
      placed.add(place.box, label.anchor);
    }
    places.push_back(place);
  }
  return places;
}

}  // namespace differentia::viewer

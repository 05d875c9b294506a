#include "viewer/label_placement.h"

#include <algorithm>

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

}  // namespace

std::vector<LabelPlace> place_labels(const std::vector<LabelRequest>& labels, const Box& canvas,
                                     const std::vector<Box>& obstacles, double gap) {
  const std::vector<Point> around = offsets();
  std::vector<Box> taken = obstacles;
  std::vector<LabelPlace> places;
  for (const LabelRequest& label : labels) {
    LabelPlace place;
    const bool in_sight = label.anchor.x >= canvas.x && label.anchor.x <= canvas.x + canvas.width &&
                          label.anchor.y >= canvas.y && label.anchor.y <= canvas.y + canvas.height;
    for (std::size_t i = 0; in_sight && i < around.size() && !place.shown; ++i) {
      const Box box{label.anchor.x + (around[i].x - 0.5) * label.width,
                    label.anchor.y + (around[i].y - 0.5) * label.height, label.width, label.height};
      const bool free = inside(box, canvas) &&
                        std::none_of(taken.begin(), taken.end(),
                                     [&](const Box& other) { return meet(box, other, gap); });
      if (free) place = {true, box};
    }
    if (place.shown) taken.push_back(place.box);
    places.push_back(place);
  }
  return places;
}

}  // namespace differentia::viewer

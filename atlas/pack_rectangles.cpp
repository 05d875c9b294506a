#include "atlas/pack_rectangles.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace differentia {
namespace {

constexpr double kGap = 0.02;       // between large ones, of the square's side
constexpr double kGapShare = 0.15;  // of a small one's shorter side

struct Shelf {
  double top = 0, height = 0, used = 0;
};

double gap_of(const Rectangle& rectangle, double factor) {
  return std::min(kGap, kGapShare * factor * std::min(rectangle.width, rectangle.height));
}

// Places all, scaled by `factor`, on shelves one unit wide; false where they need more height.
bool place(std::vector<Rectangle>& rectangles, const std::vector<std::size_t>& order,
           double factor) {
  std::vector<Shelf> shelves;
  double bottom = 0;
  for (const std::size_t i : order) {
    Rectangle& own = rectangles[i];
    const double gap = gap_of(own, factor);
    const double width = factor * own.width + gap, height = factor * own.height + gap;
    auto shelf = std::find_if(shelves.begin(), shelves.end(), [&](const Shelf& s) {
      return s.used + width <= 1 + gap && height <= s.height;
    });
    if (shelf == shelves.end()) {
      if (width > 1 + gap || bottom + height > 1 + gap) return false;
      shelves.push_back({bottom, height, 0});
      shelf = shelves.end() - 1;
      bottom += height;
    }
    own.x = shelf->used;
    own.y = shelf->top;
    shelf->used += width;
  }
  return true;
}

}  // namespace

void pack_rectangles(std::vector<Rectangle>& rectangles) {
  double area = 0;
  for (const Rectangle& each : rectangles) area += each.width * each.height;
  std::vector<Rectangle> best;
  double best_factor = 0;
  for (const bool lying : {false, true}) {
    std::vector<Rectangle> trial = rectangles;
    for (Rectangle& each : trial)
      if ((each.width > each.height) != lying && each.width != each.height) {
        std::swap(each.width, each.height);
        each.turned = !each.turned;
      }
    std::vector<std::size_t> order(trial.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return trial[a].height > trial[b].height;
    });
    double factor = 1 / std::sqrt(area);  // they would fill the square
    while (!place(trial, order, factor)) factor *= 0.99;
    if (factor > best_factor) {
      best_factor = factor;
      best = std::move(trial);
    }
  }
  double right = 0, bottom = 0;
  for (Rectangle& each : best) {
    each.width *= best_factor;
    each.height *= best_factor;
    right = std::max(right, each.x + each.width);
    bottom = std::max(bottom, each.y + each.height);
  }
  for (Rectangle& each : best) {  // what is left over goes around
    each.x += (1 - right) / 2;
    each.y += (1 - bottom) / 2;
  }
  rectangles = std::move(best);
}

}  // namespace differentia

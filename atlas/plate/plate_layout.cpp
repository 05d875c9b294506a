#include "atlas/plate/plate_layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace differentia {
namespace {

Point centre(const Box& box) {
  return {box.x + box.width / 2, box.y + box.height / 2};
}

double turn(Point a, Point b, Point c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

// REQUIRES p on the line through s.
bool within(const Segment& s, Point p) {
  return std::min(s.from.x, s.to.x) <= p.x && p.x <= std::max(s.from.x, s.to.x) &&
         std::min(s.from.y, s.to.y) <= p.y && p.y <= std::max(s.from.y, s.to.y);
}

double length(const Segment& s) {
  return std::hypot(s.to.x - s.from.x, s.to.y - s.from.y);
}

// Whether a segment runs through a head's ellipse.
bool runs_through(const Segment& s, const MarkHead& head) {
  const double a = head.box.width / 2, b = head.box.height / 2;
  if (a <= 0 || b <= 0) return false;
  const Point middle = centre(head.box);
  // In the frame where the ellipse is the unit circle: distance of the origin from the segment.
  const Point from{(s.from.x - middle.x) / a, (s.from.y - middle.y) / b};
  const Point way{(s.to.x - s.from.x) / a, (s.to.y - s.from.y) / b};
  const double square = way.x * way.x + way.y * way.y;
  const double t =
      square > 0 ? std::clamp(-(from.x * way.x + from.y * way.y) / square, 0.0, 1.0) : 0.0;
  return std::hypot(from.x + t * way.x, from.y + t * way.y) < 1;
}

// Tops of texts stacked in this order, as near to the wanted tops as they can lie without
// overlapping (least squares), inside [low, high] where there is room. Pool adjacent violators on
// what is left of the tops when the texts above are taken off; clipping such a solution to bounds
// keeps it the best.
std::vector<double> stack(const std::vector<double>& wanted, const std::vector<double>& heights,
                          double gap, double low, double high) {
  struct Block {
    double sum;
    int count;
    double mean() const { return sum / count; }
  };
  std::vector<Block> blocks;
  std::vector<double> above(wanted.size());
  double total = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    above[i] = total;
    total += heights[i] + gap;
    blocks.push_back({wanted[i] - above[i], 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() >= blocks.back().mean()) {
      blocks[blocks.size() - 2].sum += blocks.back().sum;
      blocks[blocks.size() - 2].count += blocks.back().count;
      blocks.pop_back();
    }
  }
  const double last = std::max(low, high - (total - gap));
  std::vector<double> tops;
  for (const Block& block : blocks)
    for (int k = 0; k < block.count; ++k)
      tops.push_back(std::clamp(block.mean(), low, last) + above[tops.size()]);
  return tops;
}

class Placer {
 public:
  Placer(const LabelMargin& margin, const std::vector<MarkHead>& heads,
         const std::vector<LabelSize>& labels)
      : margin_(margin), heads_(heads), labels_(labels) {}

  std::vector<PlacedLabel> best() const {
    std::vector<std::size_t> order(heads_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<PlacedLabel> best = place(order);
    Cost least = cost_of(best);
    while (std::next_permutation(order.begin(), order.end())) {
      const std::vector<PlacedLabel> placed = place(order);
      const Cost cost = cost_of(placed);
      if (cost < least) {
        best = placed;
        least = cost;
      }
    }
    return best;
  }

 private:
  using Cost = std::tuple<int, double>;  // crossings, then length and nuisances

  // One below the other in this order.
  std::vector<PlacedLabel> place(const std::vector<std::size_t>& order) const {
    std::vector<double> wanted, heights;
    for (const std::size_t i : order) {
      wanted.push_back(centre(heads_[i].box).y - labels_[i].line);
      heights.push_back(labels_[i].height);
    }
    const std::vector<double> tops =
        stack(wanted, heights, margin_.gap, margin_.box.y, margin_.box.y + margin_.box.height);
    std::vector<PlacedLabel> placed(order.size());
    for (std::size_t k = 0; k < order.size(); ++k) {
      const LabelSize& label = labels_[order[k]];
      PlacedLabel& out = placed[order[k]];
      const double right = margin_.box.x + margin_.box.width;
      const double x =
          margin_.picture_right ? right - margin_.tail - label.width : margin_.box.x + margin_.tail;
      out.text = {x, tops[k], label.width, label.height};
      out.leader.from = {margin_.picture_right ? right : margin_.box.x, tops[k] + label.line};
      out.leader.to = edge_toward(heads_[order[k]], out.leader.from);
    }
    return placed;
  }

  Cost cost_of(const std::vector<PlacedLabel>& placed) const {
    int crossings = 0;
    double nuisance = 0;
    for (std::size_t i = 0; i < placed.size(); ++i) {
      nuisance += std::hypot(centre(heads_[i].box).x - placed[i].leader.from.x,
                             centre(heads_[i].box).y - placed[i].leader.from.y);
      for (std::size_t j = 0; j < placed.size(); ++j) {
        if (j > i) crossings += cross(placed[i].leader, placed[j].leader);
        if (j != i && runs_through(placed[i].leader, heads_[j]))
          nuisance += 0.25 * length(placed[i].leader);
      }
    }
    return {crossings, nuisance};
  }

  const LabelMargin& margin_;
  const std::vector<MarkHead>& heads_;
  const std::vector<LabelSize>& labels_;
};

}  // namespace

bool cross(const Segment& a, const Segment& b) {
  const double a1 = turn(b.from, b.to, a.from), a2 = turn(b.from, b.to, a.to),
               b1 = turn(a.from, a.to, b.from), b2 = turn(a.from, a.to, b.to);
  if (((a1 > 0 && a2 < 0) || (a1 < 0 && a2 > 0)) && ((b1 > 0 && b2 < 0) || (b1 < 0 && b2 > 0)))
    return true;
  return (a1 == 0 && within(b, a.from)) || (a2 == 0 && within(b, a.to)) ||
         (b1 == 0 && within(a, b.from)) || (b2 == 0 && within(a, b.to));
}

Point edge_toward(const MarkHead& head, Point from) {
  const Point middle = centre(head.box);
  const double a = head.box.width / 2, b = head.box.height / 2;
  const Point way{from.x - middle.x, from.y - middle.y};
  if (a <= 0 || b <= 0) return middle;
  const double distance = std::hypot(way.x / a, way.y / b);
  if (distance <= 0) return middle;
  return {middle.x + way.x / distance, middle.y + way.y / distance};
}

std::vector<PlacedLabel> place_labels(const LabelMargin& margin, const std::vector<MarkHead>& heads,
                                      const std::vector<LabelSize>& labels) {
  return Placer(margin, heads, labels).best();
}

}  // namespace differentia

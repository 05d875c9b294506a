#include "atlas/layout.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <utility>

#include <omp.h>

#include "atlas/fuzzy_graph.h"
#include "atlas/pack_rectangles.h"
#include "atlas/principal.h"
#include "base/random.h"
#include "base/statistics.h"

namespace differentia {
namespace {

// An epoch moves one block of vertices after another. Within a block every vertex reads where the
// others stood before it, so that the order of work, and with it the number of threads, changes
// nothing; later blocks see what earlier ones did.
constexpr std::size_t kBlocks = 8;
constexpr float kLongestStep = 4;

// An island's sides differ by no more than this on the packed map.
constexpr double kThinnest = 0.25;

struct Position {
  float x = 0, y = 0;
};

// Where the middle of some points of a layout lies, without the outermost.
struct Frame {
  double x = 0, y = 0;  // its centre
  double width = 0, height = 0;
};

Frame frame_of(const Layout& layout, const std::vector<std::size_t>& points, double clip) {
  const auto range = [&](const std::vector<float>& values) {
    std::vector<double> own;
    own.reserve(points.size());
    for (const std::size_t i : points) own.push_back(values[i]);
    return std::pair<double, double>(quantile(own, clip), quantile(own, 1 - clip));
  };
  const auto [left, right] = range(layout.x);
  const auto [top, bottom] = range(layout.y);
  return {(left + right) / 2, (top + bottom) / 2, right - left, bottom - top};
}

float clipped(float value) {
  return std::clamp(value, -kLongestStep, kLongestStep);
}

// What hangs together on squares of side `side`: points of squares that touch, a corner counts, are
// of one island.
std::vector<std::int32_t> islands(const std::vector<Position>& positions, float side) {
  using Square = std::pair<std::int64_t, std::int64_t>;
  const auto square_of = [side](const Position& at) {
    return Square{std::llround(std::floor(at.x / side)), std::llround(std::floor(at.y / side))};
  };
  std::map<Square, std::int32_t> island_of;  // −1: not reached yet
  for (const Position& at : positions) island_of[square_of(at)] = -1;
  std::vector<std::int32_t> island;
  std::vector<Square> waiting;
  std::int32_t count = 0;
  for (const Position& at : positions) {
    const Square own = square_of(at);
    if (island_of[own] < 0) {
      island_of[own] = count;
      waiting.push_back(own);
      while (!waiting.empty()) {
        const Square from = waiting.back();
        waiting.pop_back();
        for (std::int64_t dy = -1; dy <= 1; ++dy)
          for (std::int64_t dx = -1; dx <= 1; ++dx) {
            const auto other = island_of.find({from.first + dx, from.second + dy});
            if (other == island_of.end() || other->second >= 0) continue;
            other->second = count;
            waiting.push_back(other->first);
          }
      }
      ++count;
    }
    island.push_back(island_of[own]);
  }
  return island;
}

// Principal components, 10 units wide, with a little noise so that equal vectors part.
std::vector<Position> first_positions(const Matrix& unit, std::uint64_t seed) {
  const Matrix along = project(unit, principal_components(unit, 2, seed));
  float largest = 0;
  for (const float value : along.values) largest = std::max(largest, std::abs(value));
  const float factor = largest > 0 ? 10 / largest : 0;
  std::vector<Position> positions(unit.rows);
  Random random(seed, stream_id("layout start"));
  for (std::size_t i = 0; i < unit.rows; ++i) {
    const auto coordinate = [&](std::size_t axis) {
      const float value = axis < along.columns ? along(i, axis) * factor : 0;
      return value + 1e-4f * static_cast<float>(random.normal());
    };
    positions[i].x = coordinate(0);
    positions[i].y = coordinate(1);
  }
  return positions;
}

// The two forces of the map as factors of the difference vector, by squared distance: tables over
// the bits of a float (kSteps to the octave, linear between), because the powers would take most of
// the time.
class Forces {
 public:
  explicit Forces(LayoutCurve curve) : pull_(kEntries + 1), push_(kEntries + 1) {
    for (std::size_t i = 0; i <= kEntries; ++i) {
      const double square = of_bits(kLeast + static_cast<std::uint32_t>(i) * kStride);
      const double power = curve.a * std::pow(square, curve.b);
      pull_[i] = static_cast<float>(-2 * curve.b * power / (square * (power + 1)));
      push_[i] = static_cast<float>(2 * curve.b / ((0.001 + square) * (power + 1)));
    }
  }
  float pull(float square) const { return look_up(pull_, square); }
  float push(float square) const { return look_up(push_, square); }

 private:
  static constexpr std::uint32_t kShift = 17;  // 64 steps to the octave
  static constexpr std::uint32_t kStride = 1u << kShift;
  static constexpr std::uint32_t kLeast = (127u - 40u) << 23;  // 2^-40
  static constexpr std::size_t kEntries = 64 * 64;             // up to 2^24

  static float of_bits(std::uint32_t bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  static float look_up(const std::vector<float>& table, float square) {
    std::uint32_t bits;
    std::memcpy(&bits, &square, sizeof bits);
    const std::uint32_t above = std::clamp(bits, kLeast, kLeast + 4095u * kStride) - kLeast;
    const std::size_t i = above >> kShift;
    const float part = static_cast<float>(above & (kStride - 1)) * (1.f / kStride);
    return table[i] + part * (table[i + 1] - table[i]);
  }

  std::vector<float> pull_, push_;
};

class Optimiser {
 public:
  Optimiser(const FuzzyGraph& graph, const LayoutOptions& options, int epochs)
      : options_(options),
        epochs_(epochs),
        forces_(fit_layout_curve(options.min_dist, options.spread)) {
    float heaviest = 0;
    for (const float weight : graph.weight) heaviest = std::max(heaviest, weight);
    // Edges that are never due are left out.
    for (std::size_t i = 0; i < graph.vertices(); ++i) {
      first_.push_back(other_.size());
      for (std::size_t e = graph.first[i]; e < graph.first[i + 1]; ++e) {
        const double rate = static_cast<double>(graph.weight[e]) / heaviest;
        if (rate * epochs < 1) continue;
        other_.push_back(graph.other[e]);
        rate_.push_back(static_cast<std::uint32_t>(std::min(rate * 4294967296.0, 4294967295.0)));
      }
    }
    first_.push_back(other_.size());
  }

  // Where vertex i goes in this epoch. An edge is due in the share of epochs that is its weight
  // over the heaviest one's; it pulls twice (once for each of its ends in the sequential algorithm)
  // and is paid by negative samples.
  Position moved(std::size_t i, int epoch, const std::vector<Position>& all) const {
    const float step = static_cast<float>(
        options_.learning_rate * (1 - static_cast<double>(epoch) / static_cast<double>(epochs_)));
    const auto n = static_cast<std::uint32_t>(all.size());
    const auto before = static_cast<std::uint64_t>(epoch);
    Position at = all[i];
    Random random(options_.seed, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(epoch));
    for (std::size_t e = first_[i]; e < first_[i + 1]; ++e) {
      const std::uint64_t rate = rate_[e];
      if (((before + 1) * rate + rate) >> 32 == (before * rate + rate) >> 32) continue;
      const Position other = all[static_cast<std::size_t>(other_[e])];
      for (int pull = 0; pull < 2; ++pull) {
        const float dx = at.x - other.x, dy = at.y - other.y;
        const float factor = forces_.pull(dx * dx + dy * dy);
        at.x += step * clipped(factor * dx);
        at.y += step * clipped(factor * dy);
      }
      float push_x = 0, push_y = 0;
      for (int sample = 0; sample < options_.negative_samples; ++sample) {
        const Position k = all[(static_cast<std::uint64_t>(random.bits()) * n) >> 32];
        const float dx = at.x - k.x, dy = at.y - k.y;
        const float factor = forces_.push(dx * dx + dy * dy);
        push_x += clipped(factor * dx);
        push_y += clipped(factor * dy);
      }
      at.x += step * push_x;
      at.y += step * push_y;
    }
    return at;
  }

 private:
  const LayoutOptions& options_;
  const int epochs_;
  const Forces forces_;
  std::vector<std::size_t> first_;
  std::vector<std::int32_t> other_;
  std::vector<std::uint32_t> rate_;  // share of epochs, in units of 2^-32
};

}  // namespace

Layout lay_out(const Matrix& unit, const LayoutOptions& options, const ProgressCallback& progress) {
  NeighbourOptions asked;
  asked.k = static_cast<std::size_t>(std::max(2, options.neighbours)) -
            1;  // UMAP counts the point itself
  asked.seed = options.seed;
  return lay_out(unit, find_neighbours(unit, asked, progress), options, progress);
}

Layout lay_out(const Matrix& unit, const Neighbours& neighbours, const LayoutOptions& options,
               const ProgressCallback& progress) {
  const std::size_t n = unit.rows;
  Layout layout;
  layout.x.assign(n, 0);
  layout.y.assign(n, 0);
  if (n < 2) return layout;
  const FuzzyGraph graph =
      fuzzy_graph(neighbours, static_cast<std::size_t>(std::max(2, options.neighbours)) - 1);
  const int epochs = options.epochs > 0 ? options.epochs : n <= 10000 ? 500 : 200;
  const Optimiser optimiser(graph, options, epochs);
  std::vector<Position> positions = first_positions(unit, options.seed);
  std::vector<Position> next = positions;
  const int threads = options.threads > 0 ? options.threads : omp_get_max_threads();

  for (int epoch = 0; epoch < epochs; ++epoch) {
    report(progress, {"laying out", epoch, epochs, "epochs", ""});
    for (std::size_t block = 0; block < kBlocks; ++block) {
      const auto count = static_cast<std::int64_t>((n + kBlocks - 1 - block) / kBlocks);
#pragma omp parallel for num_threads(threads) schedule(static)
      for (std::int64_t j = 0; j < count; ++j) {
        const std::size_t i = block + static_cast<std::size_t>(j) * kBlocks;
        next[i] = optimiser.moved(i, epoch, positions);
      }
      for (std::size_t i = block; i < n; i += kBlocks) positions[i] = next[i];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    layout.x[i] = positions[i].x;
    layout.y[i] = positions[i].y;
  }
  layout.island = islands(positions, static_cast<float>(options.spread));
  return layout;
}

Layout fit_unit_square(const Layout& layout, double clip) {
  Layout result = layout;
  const std::size_t n = layout.x.size();
  if (n == 0) return result;
  std::vector<std::vector<std::size_t>> members(1);
  for (std::size_t i = 0; i < n; ++i) {
    const auto island = layout.island.empty() ? 0 : static_cast<std::size_t>(layout.island[i]);
    if (island >= members.size()) members.resize(island + 1);
    members[island].push_back(i);
  }
  std::vector<Frame> frames;
  std::vector<Rectangle> places;
  for (const auto& points : members) {
    const Frame frame = frame_of(layout, points, clip);
    const double side = std::max(frame.width, frame.height);
    const double width = side > 0 ? std::max(frame.width / side, kThinnest) : 1;
    const double height = side > 0 ? std::max(frame.height / side, kThinnest) : 1;
    const double factor = std::sqrt(static_cast<double>(points.size()) / (width * height));
    frames.push_back(frame);
    places.push_back({factor * width, factor * height});
  }
  if (members.size() > 1) {
    pack_rectangles(places);
  } else {
    places.front() = {1, 1};
  }
  for (std::size_t c = 0; c < members.size(); ++c) {
    const Rectangle& place = places[c];
    const Frame& frame = frames[c];
    const double side = std::max(frame.width, frame.height);
    const double factor = side > 0 ? std::max(place.width, place.height) / side : 0;
    for (const std::size_t i : members[c]) {
      double x = factor * (layout.x[i] - frame.x), y = factor * (layout.y[i] - frame.y);
      if (place.turned) std::swap(x, y);
      const auto fit = [](double at, double from, double length) {
        return static_cast<float>(from + std::clamp(length / 2 + at, 0.0, length));
      };
      result.x[i] = fit(x, place.x, place.width);
      result.y[i] = fit(y, place.y, place.height);
    }
  }
  return result;
}

}  // namespace differentia

#include "atlas/marks/photo_marks.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "atlas/marks/label_pictures.h"
#include "atlas/marks/look_scale.h"
#include "atlas/marks/outlines.h"
#include "atlas/marks/photo_outline.h"
#include "atlas/marks/region.h"
#include "base/image/mask.h"
#include "base/statistics.h"
#include "explain/attribution.h"
#include "explain/forward_session.h"
#include "explain/preprocess.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLeastOutlines = 3;  // that a place is carried over from
constexpr double kCovered = 0.3;   // share of a mark's place on the subject; below, it is covered
constexpr double kOutside = 0.25;  // of its radius beyond the frame: off it
constexpr double kRadius = 0.25;   // of a sighting's box's width and height together
constexpr double kRare = 0.05;     // of a taxon's photos, at its end of the axis

// Quartile less, or plus, one and a half interquartile ranges (Tukey 1977).
double lower_fence(const std::vector<double>& values) {
  const double first = quantile(values, 0.25), third = quantile(values, 0.75);
  return first - 1.5 * (third - first);
}

double upper_fence(const std::vector<double>& values) {
  const double first = quantile(values, 0.25), third = quantile(values, 0.75);
  return third + 1.5 * (third - first);
}

// A mark, and what it is looked for by.
struct Sought {
  const Candidate* candidate = nullptr;
  const Mark* mark = nullptr;
  LookScale scale;
  std::vector<OutlinePlace> outlines;  // of its sightings
};

// What a layer makes of the photo.
struct Seen {
  PairEvidence query;  // the photo as the one photo of side A
  std::vector<Imath::half> activation;
  PairSpace space;
  std::vector<float> toward;  // positions: attribution to z_A − z_B
  std::vector<float> outputs;
};

// The outputs less the first two's best: how far the better of two outputs is above all others.
double lead(gsl::span<const float> outputs, int a, int b) {
  double rest = -std::numeric_limits<double>::infinity();
  for (std::size_t o = 0; o < outputs.size(); ++o)
    if (static_cast<int>(o) != a && static_cast<int>(o) != b)
      rest = std::max<double>(rest, outputs[o]);
  return std::max(outputs[static_cast<std::size_t>(a)], outputs[static_cast<std::size_t>(b)]) -
         rest;
}

}  // namespace

struct PhotoMarker::Impl {
  const PairMarks& marks;
  const PairWorkings& workings;
  std::shared_ptr<const Model> model;
  std::string root;
  ForwardSession forward;
  TailAttribution tail;
  PairAxis axis;
  std::array<double, 2> weak{};  // fences of each taxon's own logits
  double behind = 0;             // fence of lead()
  bool masked = false;
  std::vector<Sought> sought, context;
  std::map<std::int32_t, Outline> outlines;  // of the atlas's photos

  Impl(const PairMarks& pair_marks, const PairWorkings& from, std::shared_ptr<const Model> shared,
       std::string photo_root)
      : marks(pair_marks),
        workings(from),
        model(std::move(shared)),
        root(std::move(photo_root)),
        forward(model, ForwardOptions{{from.pair.layer.path}, false, 1}),
        tail(model, from.pair.layer.path),
        masked(from.pair.masked(Side::kA) || from.pair.masked(Side::kB)) {
    measure_axis();
    for (std::size_t m = 0; m < marks.marks.size(); ++m)
      sought.push_back(seek(workings.marks[m], marks.marks[m]));
    for (std::size_t m = 0; m < marks.context.size(); ++m)
      context.push_back(seek(workings.context[m], marks.context[m]));
  }

  const PairEvidence& pair() const { return workings.pair; }
  int output(Side side) const { return pair().side(side).taxon.output; }

  void measure_axis() {
    std::vector<double> leads;
    for (const Side side : {Side::kA, Side::kB}) {
      const PairSide& photos = pair().side(side);
      const std::vector<std::size_t> testing = photos_of_half(pair(), side, true);
      const std::size_t size = photos.activation.size() / photos.photos.size();
      std::vector<double> own;
      for (const std::size_t i : testing) {
        Grids grids = empty_grids();
        const auto values = photos.activation.subspan(i * size, size);
        grids.values.assign(values.begin(), values.end());
        const Matrix outputs = tail.outputs(grids);
        own.push_back(outputs.row(0)[static_cast<std::size_t>(output(side))]);
        leads.push_back(lead(outputs.row(0), output(Side::kA), output(Side::kB)));
        axis.margins[index(side)].push_back((side == Side::kA ? 1 : -1) * photos.photos[i].margin);
      }
      weak[index(side)] = lower_fence(own);
      std::sort(axis.margins[index(side)].begin(), axis.margins[index(side)].end());
    }
    behind = lower_fence(leads);
    const auto& [a, b] = axis.margins;
    axis.clear_a = lower_fence(a);
    axis.clear_b = upper_fence(b);
    if (axis.clear_a > axis.clear_b) return;
    const double low = quantile(a, kRare), high = quantile(b, 1 - kRare);
    axis.clear_a = std::max(low, high);
    axis.clear_b = std::min(low, high);
  }

  Grids empty_grids() const {
    Grids grids;
    grids.photos = 1;
    grids.height = pair().layer.grid.height;
    grids.width = pair().layer.grid.width;
    grids.channels = pair().layer.channels;
    return grids;
  }

  const Outline& outline_of_photo(std::int32_t id, Side side) {
    const auto known = outlines.find(id);
    if (known != outlines.end()) return known->second;
    Outline outline;
    for (const PairPhoto& photo : pair().side(side).photos) {
      const store::PhotoRecord& record = photo.record;
      if (record.id != id || record.mask.empty() || record.subject.width <= 0) continue;
      const cv::Mat labels = read_labels((fs::path(root) / record.mask).string(), record.size);
      if (!labels.empty())
        outline = outline_of(subject_pixels(labels), record.size, record.subject);
    }
    return outlines.emplace(id, std::move(outline)).first->second;
  }

  Sought seek(const Candidate& candidate, const Mark& mark) {
    Sought one;
    one.candidate = &candidate;
    one.mark = &mark;
    one.scale = look_scale(pair(), workings.space, candidate, mark.on_subject);
    if (!mark.on_subject || !masked) return one;
    for (const Sighting& sighting : mark.sightings) {
      if (sighting.look < one.scale.threshold) continue;
      const Outline& outline = outline_of_photo(sighting.photo, sighting.side);
      if (!outline.shape.empty())
        one.outlines.push_back(
            {outline, sighting.place, kRadius * (sighting.box.width + sighting.box.height)});
    }
    return one;
  }

  // Of every photo that a mark is seen in.
  std::vector<OutlinePlace> all_outlines() const {
    std::vector<OutlinePlace> all;
    for (const auto& [id, outline] : outlines)
      if (!outline.shape.empty()) all.push_back({outline, {}, 0});
    return all;
  }

  // `bounds`: of the whole subject, which may go on beyond the frame.
  Seen look(const Photo& photo, const std::optional<SubjectMask>& mask, const Box& bounds) {
    Seen seen;
    const InputSpec& spec = model->card().input;
    std::vector<float> input(3 * static_cast<std::size_t>(spec.size.width) *
                             static_cast<std::size_t>(spec.size.height));
    PairPhoto one;
    one.geometry = preprocess(photo, spec, input);
    one.record.size = photo.full_size;
    const ForwardResult forwarded = forward.run(input, 1);
    // As an atlas keeps them, so that a photo of the atlas is what it is there.
    for (const float value : forwarded.grids[0].values)
      seen.activation.push_back(static_cast<Imath::half>(value));
    PairEvidence& query = seen.query;
    query.layer = pair().layer;
    query.normalisation = pair().normalisation;
    query.place_weight = pair().place_weight;
    PairSide& side = query.sides[0];
    side.activation = seen.activation;
    side.subject.assign(query.cells(), std::numeric_limits<float>::quiet_NaN());
    if (mask) {
      one.record.subject = bounds;
      const GridGeometry& grid = query.layer.grid;
      for (int row = 0; row < grid.height; ++row)
        for (int column = 0; column < grid.width; ++column)
          side.subject[static_cast<std::size_t>(row * grid.width + column)] =
              static_cast<float>(mask->share(one.geometry.to_photo(grid.box(row, column))));
    } else if (masked) {
      one.record.subject = {0, 0, static_cast<double>(photo.full_size.width),
                            static_cast<double>(photo.full_size.height)};
    }
    side.photos.push_back(one);
    seen.space = pair_space(query);
    Grids grids = empty_grids();
    grids.values.assign(seen.activation.begin(), seen.activation.end());
    const Matrix outputs = tail.outputs(grids);
    const auto row = outputs.row(0);
    seen.outputs.assign(row.begin(), row.end());
    const std::vector<std::vector<Target>> targets{
        {Target::difference(output(Side::kA), output(Side::kB))}};
    seen.toward = tail.run(grids, targets, &outputs)[0][0].values;
    return seen;
  }

  void place_on_axis(const Seen& seen, PhotoOnPair& result) const {
    for (const Side side : {Side::kA, Side::kB})
      result.logit[index(side)] = seen.outputs[static_cast<std::size_t>(output(side))];
    result.margin = result.logit[0] - result.logit[1];
    result.first = static_cast<int>(std::max_element(seen.outputs.begin(), seen.outputs.end()) -
                                    seen.outputs.begin());
    result.first_logit = seen.outputs[static_cast<std::size_t>(result.first)];
    const auto& labels = model->card().labels;
    if (static_cast<std::size_t>(result.first) < labels.size())
      result.first_label = labels[static_cast<std::size_t>(result.first)];
    for (const Side side : {Side::kA, Side::kB}) {
      const auto& margins = axis.margins[index(side)];
      result.below[index(side)] = {
          static_cast<int>(std::lower_bound(margins.begin(), margins.end(), result.margin) -
                           margins.begin()),
          static_cast<int>(margins.size())};
    }
    result.weak = result.logit[0] < weak[0] && result.logit[1] < weak[1];
    const bool another = result.first != output(Side::kA) && result.first != output(Side::kB);
    const bool far =
        another && lead(seen.outputs, output(Side::kA), output(Side::kB)) < std::min(0.0, behind);
    result.placed = result.weak || far ? PlacedOnAxis::kNeither
                    : result.margin >= axis.clear_a && result.margin > axis.clear_b
                        ? PlacedOnAxis::kA
                    : result.margin <= axis.clear_b ? PlacedOnAxis::kB
                                                    : PlacedOnAxis::kBetween;
  }

  // How like either taxon the photo is at a place, at best; positions within reach of it.
  double unlike_about(const Seen& seen, const Sought& one, Point place, double radius) const {
    const PairPhoto& photo = seen.query.sides[0].photos[0];
    const GridGeometry& grid = pair().layer.grid;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t p = 0; p < pair().cells(); ++p) {
      const Point centre = photo.geometry.to_photo(
          grid.centre(static_cast<int>(p) / grid.width, static_cast<int>(p) % grid.width));
      const double cell = 0.75 * std::max(grid.stride_x / photo.geometry.scale_x,
                                          grid.stride_y / photo.geometry.scale_y);
      if (std::hypot(centre.x - place.x, centre.y - place.y) > std::max(radius, cell)) continue;
      least = std::min(least, one.scale.unlike(seen.space.looks[0].row(p)));
    }
    return least;
  }

  TickedMark tick(const Seen& seen, const Sought& one, const PhotoOnPair& photo,
                  const cv::Mat& subject) const {
    const PairPhoto& query = seen.query.sides[0].photos[0];
    const GridGeometry& grid = pair().layer.grid;
    TickedMark ticked;
    const Cell at = nearest_position(seen.query, seen.space, *one.candidate, one.mark->on_subject);
    const auto p = static_cast<std::size_t>(at.row * grid.width + at.column);
    const auto look = seen.space.looks[0].row(p);
    ticked.look = one.scale.look(look);
    ticked.unlike = one.scale.unlike(look);
    const Region region = window(grid, at, reach(grid));
    double x = 0, y = 0, weight = 0;
    const double sign = one.mark->carrier == Side::kA ? 1 : -1;
    for (const Cell& cell : region) {
      const float adds = seen.toward[static_cast<std::size_t>(cell.row * grid.width + cell.column)];
      ticked.attribution += sign * adds;
      const double value = std::max(0.0, sign * adds);
      const Point centre = grid.centre(cell.row, cell.column);
      x += value * value * centre.x;
      y += value * value * centre.y;
      weight += value * value;
    }
    ticked.place = query.geometry.to_photo(weight > 0 ? Point{x / weight, y / weight}
                                                      : grid.centre(at.row, at.column));
    ticked.box = photo_box(grid, region, query.geometry);
    const bool alike = ticked.unlike <= 1, shows = alike && ticked.look >= one.scale.threshold;
    const auto hide = [&](WhyHidden why) {
      ticked.presence = MarkPresence::kHidden;
      ticked.why = why;
    };
    ticked.presence = shows ? MarkPresence::kSeen : MarkPresence::kAbsent;
    // A cue beside the organism has no place of its own to be hidden at.
    if (!one.mark->on_subject) return ticked;
    if (one.outlines.size() < kLeastOutlines || subject.empty()) {
      if (!alike) hide(WhyHidden::kLikeNeither);
      return ticked;
    }
    const OutlinePlace there =
        carried_over(one.outlines, whole_outline(subject, photo.size, photo.subject, one.outlines));
    const Box sight = query.geometry.visible();
    const double inset = kOutside * there.radius;
    const bool in_frame = there.place.x >= sight.x + inset && there.place.y >= sight.y + inset &&
                          there.place.x <= sight.x + sight.width - inset &&
                          there.place.y <= sight.y + sight.height - inset;
    const auto put = [&] {
      ticked.place = there.place;
      ticked.box = {there.place.x - there.radius, there.place.y - there.radius, 2 * there.radius,
                    2 * there.radius};
    };
    if (shows && in_frame) return ticked;
    if (!in_frame) {
      put();
      hide(WhyHidden::kOffFrame);
      return ticked;
    }
    put();
    if (share_of_disc(subject, photo.size, there) < kCovered)
      hide(WhyHidden::kOffSubject);
    else if (!alike || unlike_about(seen, one, there.place, there.radius) > 1)
      hide(WhyHidden::kLikeNeither);
    return ticked;
  }

  // Share of a place's disc on the subject.
  static double share_of_disc(const cv::Mat& subject, Size photo, const OutlinePlace& there) {
    constexpr int kAcross = 15;  // samples
    int on = 0, count = 0;
    for (int j = 0; j < kAcross; ++j) {
      for (int i = 0; i < kAcross; ++i) {
        const double u = 2 * (i + 0.5) / kAcross - 1, v = 2 * (j + 0.5) / kAcross - 1;
        if (u * u + v * v > 1) continue;
        const double x = there.place.x + u * there.radius, y = there.place.y + v * there.radius;
        if (x < 0 || y < 0 || x >= photo.width || y >= photo.height) continue;
        const int column = static_cast<int>(x * subject.cols / photo.width),
                  row = static_cast<int>(y * subject.rows / photo.height);
        on += subject.at<std::uint8_t>(row, column) != 0;
        ++count;
      }
    }
    return count > 0 ? static_cast<double>(on) / count : 0;
  }

  // The atlas's photo that lies where this one does.
  void find_in_atlas(PhotoOnPair& result) const {
    std::error_code ignored;
    for (const PairSide& side : pair().sides)
      for (const PairPhoto& photo : side.photos)
        if (fs::path(photo.record.path).filename() == fs::path(result.path).filename() &&
            fs::equivalent(fs::path(root) / photo.record.path, result.path, ignored) && !ignored) {
          result.in_atlas = photo.record.path;
          result.found_in = !photo.testing;
        }
  }
};

PhotoMarker::PhotoMarker(const PairMarks& marks, const PairWorkings& workings,
                         std::shared_ptr<const Model> model, std::string photo_root)
    : impl_(std::make_unique<Impl>(marks, workings, std::move(model), std::move(photo_root))) {}

PhotoMarker::~PhotoMarker() = default;

const PairAxis& PhotoMarker::axis() const {
  return impl_->axis;
}

bool PhotoMarker::needs_subject() const {
  return impl_->masked;
}

PhotoOnPair PhotoMarker::run(const Photo& photo, const std::string& path,
                             const PhotoSubject& given) {
  Impl& impl = *impl_;
  PhotoOnPair result;
  result.path = path;
  result.size = photo.full_size;
  result.repair = photo.repair;
  impl.find_in_atlas(result);
  std::optional<SubjectMask> mask;
  cv::Mat subject;
  if (impl.masked && !given.labels.empty()) {
    SubjectMask read(given.labels, photo.full_size);
    if (read.bounds().width > 0) {
      mask = std::move(read);
      result.masked = true;
      result.estimated = given.estimated;
      subject = subject_pixels(given.labels);
    }
  }
  result.subject = mask ? mask->bounds()
                        : Box{0, 0, static_cast<double>(result.size.width),
                              static_cast<double>(result.size.height)};
  Box bounds = result.subject;
  const std::vector<OutlinePlace> known = impl.all_outlines();
  if (mask && known.size() >= kLeastOutlines) {
    const Outline whole = whole_outline(subject, result.size, bounds, known);
    if (!whole.shape.empty()) bounds = whole.bounds;
  }
  const Seen seen = impl.look(photo, mask, bounds);
  impl.place_on_axis(seen, result);
  for (const Sought& one : impl.sought)
    result.marks.push_back(impl.tick(seen, one, result, subject));
  for (const Sought& one : impl.context)
    result.context.push_back(impl.tick(seen, one, result, subject));
  return result;
}

}  // namespace differentia

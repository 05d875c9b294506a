#include "base/crop_box.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace differentia {
namespace {

// One direction of a crop, in whole pixels.
struct Axis {
  long first, last;           // of the frame
  long subject, subject_end;  // inside it
  long origin, step;

  long room() const { return last - start(first); }
  long subject_length() const { return subject_end - subject; }

  // The last position of the lattice at or before `at`, and the first at or after it.
  long before(long at) const {
    const long steps = (at - origin) / step;
    const long position = origin + steps * step;
    return position > at ? position - step : position;
  }
  long start(long at) const { return before(at + step - 1); }

  // Where a crop of that length starts: it holds the subject, about its middle; nothing where it
  // cannot.
  std::optional<long> place(long length) const {
    const long low = start(std::max(first, subject_end - length));
    const long high = before(std::min(subject, last - length));
    if (low > high) return std::nullopt;
    const long middle = before((subject + subject_end - length) / 2 + step / 2);
    return std::clamp(middle, low, high);
  }
};

Axis axis_of(double subject, double length, double first, double whole, double origin, int step) {
  Axis axis{};
  axis.first = std::lround(first);
  axis.last = std::lround(first + whole);
  axis.origin = std::lround(origin);
  axis.step = step;
  // A subject at the rim may lie where no crop can start.
  const long reachable = std::min(axis.start(axis.first), axis.last - 1);
  axis.subject = std::clamp(static_cast<long>(std::floor(subject)), reachable, axis.last - 1);
  axis.subject_end =
      std::clamp(static_cast<long>(std::ceil(subject + length)), axis.subject + 1, axis.last);
  return axis;
}

// From `length` on, the first that holds the subject.
long free_length(const Axis& axis, long length) {
  length = std::min(length, axis.room());
  while (length < axis.room() && !axis.place(length)) ++length;
  return length;
}

Crop crop_of(const Axis& x, const Axis& y, long width, long height, const Box& subject) {
  const Box box{static_cast<double>(x.place(width).value_or(x.start(x.first))),
                static_cast<double>(y.place(height).value_or(y.start(y.first))),
                static_cast<double>(width), static_cast<double>(height)};
  const bool whole = box.x <= subject.x && box.y <= subject.y &&
                     box.x + box.width >= subject.x + subject.width &&
                     box.y + box.height >= subject.y + subject.height;
  return {box, whole, true};
}

}  // namespace

Crop crop_box(const Box& subject, const CropShape& shape, const CropFrame& frame) {
  const Axis x = axis_of(subject.x, subject.width, frame.within.x, frame.within.width,
                         frame.origin.x, frame.step_x);
  const Axis y = axis_of(subject.y, subject.height, frame.within.y, frame.within.height,
                         frame.origin.y, frame.step_y);
  const double margin =
      2 * shape.margin * static_cast<double>(std::max(x.subject_length(), y.subject_length()));
  double width = std::max<double>(static_cast<double>(x.subject_length()) + margin, shape.least);
  double height = std::max<double>(static_cast<double>(y.subject_length()) + margin, shape.least);
  if (shape.aspect > 0) {
    width = std::max(width, height * shape.aspect);
    const auto height_of = [&](long w) {
      return std::max(1L, std::lround(static_cast<double>(w) / shape.aspect));
    };
    const auto fits = [&](long w) {
      return w <= x.room() && height_of(w) <= y.room() && x.place(w) && y.place(height_of(w));
    };
    const auto shaped = [&](long w) {
      Crop crop = crop_of(x, y, w, height_of(w), subject);
      crop.shaped = w >= shape.least && height_of(w) >= shape.least;
      return crop;
    };
    const long wanted = std::lround(width);
    for (long w = wanted; w <= x.room() && height_of(w) <= y.room(); ++w)
      if (fits(w)) return shaped(w);
    for (long w = std::min(wanted, x.room()); w >= x.subject_length(); --w)
      if (fits(w)) return shaped(w);
    // As near to it as the whole subject allows.
    width = std::min(
        {width, static_cast<double>(x.room()), static_cast<double>(y.room()) * shape.aspect});
    height = width / shape.aspect;
  }
  const long w = free_length(x, std::max(std::lround(width), x.subject_length()));
  const long h = free_length(y, std::max(std::lround(height), y.subject_length()));
  Crop crop = crop_of(x, y, w, h, subject);
  crop.shaped = shape.aspect <= 0 && w >= shape.least && h >= shape.least;
  return crop;
}

CropFrame beside(const CropFrame& frame, const Box& subject, const Box& other) {
  const double left = subject.x - (other.x + other.width);  // gaps, negative where there is none
  const double right = other.x - (subject.x + subject.width);
  const double above = subject.y - (other.y + other.height);
  const double below = other.y - (subject.y + subject.height);
  const double widest = std::max({left, right, above, below});
  CropFrame result = frame;
  if (widest < 0) return result;
  Box& box = result.within;
  // On whole pixels, and so that a crop can start before the subject and end behind it.
  const auto start = [](double from, double subject_from, double origin, int step) {
    const double last = origin + std::floor((subject_from - origin) / step) * step;
    return std::max(std::min(std::ceil(from), last), 0.0);
  };
  const double x_end = box.x + box.width, y_end = box.y + box.height;
  if (widest == left) {
    box.x = std::max(box.x, start(subject.x - left / 2, subject.x, frame.origin.x, frame.step_x));
    box.width = x_end - box.x;
  } else if (widest == right) {
    const double end = std::max(std::floor(other.x - right / 2), std::ceil(other.x - right));
    box.width = std::min(x_end, end) - box.x;
  } else if (widest == above) {
    box.y = std::max(box.y, start(subject.y - above / 2, subject.y, frame.origin.y, frame.step_y));
    box.height = y_end - box.y;
  } else {
    const double end = std::max(std::floor(other.y - below / 2), std::ceil(other.y - below));
    box.height = std::min(y_end, end) - box.y;
  }
  return box.width > frame.step_x && box.height > frame.step_y ? result : frame;
}

}  // namespace differentia

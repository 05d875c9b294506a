#include "atlas/plate/axis_drawing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace differentia {
namespace {

struct Range {
  double low, high;
  double at(double value) const {  // 0…1
    return high > low ? (value - low) / (high - low) : 0.5;
  }
};

// Of all that is shown, and zero.
Range range_of(const PairAxis& axis, double margin) {
  Range range{std::min(0.0, margin), std::max(0.0, margin)};
  for (const auto& margins : axis.margins) {
    if (margins.empty()) continue;
    range.low = std::min(range.low, margins.front());
    range.high = std::max(range.high, margins.back());
  }
  const double more = 0.03 * std::max(1.0, range.high - range.low);
  return {range.low - more, range.high + more};
}

// A round step that makes about five of the range.
double step_of(const Range& range) {
  const double raw = (range.high - range.low) / 5;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double step : {1.0, 2.0, 5.0})
    if (step * power >= raw) return step * power;
  return 10 * power;
}

std::string number_text(double value) {
  const std::string digits = fmt::format("{:g}", std::abs(value));
  return value < 0 ? "−" + digits : value > 0 ? "+" + digits : "0";
}

}  // namespace

double draw_axis(PlatePage& page, const Typesetter& type, const PairAxis& axis, double margin,
                 const AxisNames& names, Point at, double width, double size) {
  const auto set = [&](const std::string& markup, double most, double text_size, Align align) {
    TextStyle style;
    style.size = text_size;
    style.align = align;
    return type.set(markup, most, style);
  };
  const Range range = range_of(axis, margin);
  const auto x_of = [&](double value) { return at.x + width * range.at(value); };
  const double dot = 0.36 * size, pitch = 1.22 * dot;

  // Dots of equal values stand on each other: A's above the line, B's below.
  std::array<std::vector<int>, 2> heaps;
  std::array<int, 2> highest{};
  const auto bins = static_cast<std::size_t>(std::max(1.0, width / pitch));
  for (std::size_t s = 0; s < 2; ++s) {
    heaps[s].assign(bins + 1, 0);
    for (const double value : axis.margins[s]) {
      int& heap = heaps[s][static_cast<std::size_t>(range.at(value) * static_cast<double>(bins))];
      highest[s] = std::max(highest[s], ++heap);
    }
  }
  const Paragraph here = set("this photo: " + number_text(std::round(10 * margin) / 10), width,
                             size * 1.1, Align::kLeft);
  const double line = at.y + here.height() + 1.6 * size + highest[0] * pitch + 0.3 * size;
  page.rule({at.x, line}, {at.x + width, line}, 0.8, kInk);
  for (std::size_t s = 0; s < 2; ++s) {
    for (std::size_t bin = 0; bin < heaps[s].size(); ++bin) {
      const double x = at.x + (static_cast<double>(bin) + 0.5) * pitch;
      for (int i = 0; i < heaps[s][bin]; ++i) {
        const double y = s == 0 ? line - (i + 0.9) * pitch : line + (i + 0.9) * pitch;
        page.rule({x - dot / 2, y}, {x + dot / 2, y}, dot, s == 0 ? kInk : kLightInk);
      }
    }
  }
  // The photo: an arrow from its label onto the line.
  const double x = x_of(margin);
  const double left = std::clamp(x - here.width() / 2, at.x, at.x + width - here.width());
  page.text(here, left, at.y, kAccent);
  page.arrow({{x, at.y + here.height() + 1}, {x, line - 0.8}}, 0.13 * size);

  double y = line + (highest[1] + 0.5) * pitch + 0.4 * size;
  const double step = step_of(range);
  for (double value = std::ceil(range.low / step) * step; value <= range.high; value += step) {
    const double round = std::abs(value) < 1e-9 ? 0 : value;
    page.rule({x_of(round), y - 0.2 * size}, {x_of(round), y + 0.1 * size}, 0.6, kLightInk);
    const Paragraph number = set(number_text(round), 60, 0.85 * size, Align::kCentre);
    page.text(number, x_of(round) - 30, y + 0.2 * size, kLightInk);
  }
  y += 1.5 * size;
  const Paragraph b = set("← more as " + names.b, width / 2, size, Align::kLeft),
                  a = set("more as " + names.a + " →", width / 2, size, Align::kRight);
  page.text(b, at.x, y);
  page.text(a, at.x + width / 2, y);
  return y + std::max(a.height(), b.height()) - at.y;
}

std::string axis_text(const PairAxis& axis, double margin, const std::string& a,
                      const std::string& b, int columns) {
  static const std::array<const char*, 9> kBars{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const Range range = range_of(axis, margin);
  const auto column_of = [&](double value) {
    return std::clamp(static_cast<int>(range.at(value) * columns), 0, columns - 1);
  };
  std::array<std::vector<int>, 2> heaps;
  int highest = 1;
  for (std::size_t s = 0; s < 2; ++s) {
    heaps[s].assign(static_cast<std::size_t>(columns), 0);
    for (const double value : axis.margins[s])
      highest = std::max(highest, ++heaps[s][static_cast<std::size_t>(column_of(value))]);
  }
  const auto bars = [&](std::size_t s) {
    std::string row;
    for (const int count : heaps[s])
      row += kBars[static_cast<std::size_t>((8 * count + highest - 1) / highest)];
    return row;
  };
  std::string photo(static_cast<std::size_t>(column_of(margin)), ' ');
  std::string scale(static_cast<std::size_t>(columns), ' ');
  const auto put = [&](double value) {
    const std::string text = value < 0 ? "-" + fmt::format("{:.0f}", -value)
                                       : fmt::format("{}{:.0f}", value > 0 ? "+" : "", value);
    const auto at =
        static_cast<std::size_t>(std::clamp(column_of(value) - static_cast<int>(text.size()) / 2, 0,
                                            columns - static_cast<int>(text.size())));
    if (scale.find_first_not_of(' ', at > 0 ? at - 1 : 0) <= at + text.size()) return;
    scale.replace(at, text.size(), text);
  };
  const double step = step_of(range);
  if (step >= 1)
    for (double value = std::ceil(range.low / step) * step; value <= range.high; value += step)
      put(std::abs(value) < 1e-9 ? 0 : value);
  return fmt::format("    {}  {}\n    {}▲ this photo\n    {}  {}\n    {}", bars(0), a, photo,
                     bars(1), b, scale);
}

}  // namespace differentia

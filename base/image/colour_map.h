#pragma once

// Numbers to colours.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <gsl/span>

namespace differentia {

using Rgb = std::array<std::uint8_t, 3>;
using ColourTable = std::array<Rgb, 256>;  // from low to high

enum class ColourMap {
  kViridis,  // amounts: dark blue to yellow
  kCividis,  // the same, made for colour-blind eyes
  kBlueRed,  // signed: blue below, near white at the middle, red above
};

const ColourTable& colour_table(ColourMap map);

// 0…1 to a colour; beyond is clamped. REQUIRES: not NaN.
Rgb colour_of(ColourMap map, double value);

// "viridis", "cividis", "blue-red"; throws UnknownName.
ColourMap colour_map_of(const std::string& name);
const std::vector<std::string>& colour_map_names();  // in the order of ColourMap

// What the values of a map mean.
enum class MapKind {
  kAmount,    // 0 is nothing, above it more and more
  kSigned,    // 0 is nothing, above it speaks for, below it against
  kRelative,  // only more or less: 0 means nothing in particular
};

// The values at the two ends of the colours.
struct ColourRange {
  double low = 0, high = 1;  // low < high
};

// Such that a few extreme values do not make all the rest alike: the ends are the `percentile` (0 <
// … ≤ 100) of the values, of their sizes where they are signed, and of a relative map also the
// percentile from below. NaN is left out.
ColourRange colour_range(gsl::span<const float> map, MapKind kind, double percentile = 99.5);

}  // namespace differentia

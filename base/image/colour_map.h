#pragma once

// Numbers to colours.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

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

}  // namespace differentia

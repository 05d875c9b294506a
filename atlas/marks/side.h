#pragma once

#include <cstddef>
#include <cstdint>

namespace differentia {

// One of the two taxa of a pair.
enum class Side : std::uint8_t { kA = 0, kB = 1 };

inline Side other(Side side) {
  return side == Side::kA ? Side::kB : Side::kA;
}
inline std::size_t index(Side side) {
  return static_cast<std::size_t>(side);
}

}  // namespace differentia

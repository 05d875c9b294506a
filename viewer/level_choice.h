#pragma once

// Which level of detail a map is drawn at.

#include <cstddef>
#include <cstdint>

#include <gsl/span>

namespace differentia::viewer {

struct LevelLimits {
  double comfortable = 24;  // pixels: a finer level is taken when its tiles are at least that large
  double smallest = 12;  // pixels: tiles are never drawn smaller, a coarser level is drawn instead
};

// The finest level whose tiles are comfortable at `scale` pixels per map side; the coarsest where
// none is. `bins`: along a side, coarse to fine, not empty.
std::size_t choose_level(gsl::span<const std::int32_t> bins, double scale,
                         const LevelLimits& limits = {});

// The same with a level already shown, which stays while its tiles are between `smallest` and twice
// the comfortable size, and a little beyond: no flicker while somebody zooms to and fro.
std::size_t follow_level(gsl::span<const std::int32_t> bins, double scale, std::size_t shown,
                         const LevelLimits& limits = {});

}  // namespace differentia::viewer

#include "viewer/level_choice.h"

namespace differentia::viewer {

std::size_t choose_level(gsl::span<const std::int32_t> bins, double scale,
                         const LevelLimits& limits) {
  std::size_t best = 0;
  for (std::size_t level = 0; level < bins.size(); ++level)
    if (scale / bins[level] >= limits.comfortable) best = level;
  return best;
}

std::size_t follow_level(gsl::span<const std::int32_t> bins, double scale, std::size_t shown,
                         const LevelLimits& limits) {
  const std::size_t best = choose_level(bins, scale, limits);
  if (shown >= bins.size() || shown == best) return best;
  const double tile = scale / bins[shown];
  const bool kept = tile >= limits.comfortable * 0.8 && tile >= limits.smallest &&
                    tile <= limits.comfortable * 2.3;
  return kept ? shown : best;
}

}  // namespace differentia::viewer

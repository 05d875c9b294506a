#pragma once

// What collect decides by chance: which photos of a taxon give grids, which positions of the others
// are kept.

#include <cstdint>
#include <string>
#include <vector>

#include "atlas/photo_set.h"

namespace differentia {

// The photos of one taxon (indexes into the set, all of one taxon) in the order in which they are
// to be used: each observation's first photo before any observation's second, both chosen by the
// seed and the photos' paths.
std::vector<std::int32_t> spread_over_observations(const PhotoSet& set,
                                                   std::vector<std::int32_t> photos,
                                                   std::uint64_t seed);

// `photos`, as spread_over_observations gave them, with those first whose whole grids are to be
// kept: `grids` of them, at least half of which are not marked train, where there are as many. Else
// the order stays.
std::vector<std::int32_t> held_out_among_first(const PhotoSet& set,
                                               const std::vector<std::int32_t>& photos,
                                               std::size_t grids);

// `count` different positions of a grid of `positions`, ascending; all of them where there are no
// more. `purpose` keeps the choices at different layers apart.
std::vector<std::uint16_t> sample_positions(int positions, int count, const std::string& path,
                                            std::string_view purpose, std::uint64_t seed);

// The outputs with the highest means besides `own`, best first (ties: the lower number).
std::vector<int> strongest_rivals(const std::vector<double>& mean_logits, int own, int count);

}  // namespace differentia

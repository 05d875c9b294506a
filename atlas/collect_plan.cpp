#include "atlas/collect_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>

#include "base/random.h"

namespace differentia {

std::vector<std::int32_t> spread_over_observations(const PhotoSet& set,
                                                   std::vector<std::int32_t> photos,
                                                   std::uint64_t seed) {
  struct Ranked {
    std::uint32_t turn = 0;  // how many photos of its observation come before
    std::uint32_t chance = 0;
    std::int32_t photo = 0;
  };
  std::vector<Ranked> ranked;
  ranked.reserve(photos.size());
  for (const std::int32_t photo : photos) {
    const std::string& path = set.photos[static_cast<std::size_t>(photo)].path;
    ranked.push_back({0, Random(seed, stream_id("photo order"), stream_id(path)).bits(), photo});
  }
  const auto by_chance = [](const Ranked& a, const Ranked& b) {
    return std::tie(a.turn, a.chance, a.photo) < std::tie(b.turn, b.chance, b.photo);
  };
  std::sort(ranked.begin(), ranked.end(), by_chance);
  std::map<std::string, std::uint32_t> taken;  // photos of each observation so far
  for (Ranked& entry : ranked) {
    const std::string& observation = set.photos[static_cast<std::size_t>(entry.photo)].observation;
    if (!observation.empty()) entry.turn = taken[observation]++;
  }
  std::sort(ranked.begin(), ranked.end(), by_chance);
  std::transform(ranked.begin(), ranked.end(), photos.begin(),
                 [](const Ranked& entry) { return entry.photo; });
  return photos;
}

std::vector<std::int32_t> held_out_among_first(const PhotoSet& set,
                                               const std::vector<std::int32_t>& photos,
                                               std::size_t grids) {
  std::vector<bool> first(photos.size());
  std::size_t wanted = (grids + 1) / 2, left = std::min(grids, photos.size());
  for (std::size_t i = 0; i < photos.size() && wanted > 0 && left > 0; ++i) {
    if (set.photos[static_cast<std::size_t>(photos[i])].split == "train") continue;
    first[i] = true;
    --wanted;
    --left;
  }
  for (std::size_t i = 0; i < photos.size() && left > 0; ++i) {
    if (first[i]) continue;
    first[i] = true;
    --left;
  }
  std::vector<std::int32_t> result;
  for (const bool part : {true, false})
    for (std::size_t i = 0; i < photos.size(); ++i)
      if (first[i] == part) result.push_back(photos[i]);
  return result;
}

std::vector<std::uint16_t> sample_positions(int positions, int count, const std::string& path,
                                            std::string_view purpose, std::uint64_t seed) {
  std::vector<std::uint16_t> chosen(static_cast<std::size_t>(positions));
  std::iota(chosen.begin(), chosen.end(), std::uint16_t{0});
  if (count >= positions) return chosen;
  Random random(seed, stream_id(purpose), stream_id(path));
  for (int i = 0; i < count; ++i) {
    const auto other =
        static_cast<std::size_t>(i) + random.below(static_cast<std::uint32_t>(positions - i));
    std::swap(chosen[static_cast<std::size_t>(i)], chosen[other]);
  }
  chosen.resize(static_cast<std::size_t>(std::max(count, 0)));
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::vector<int> strongest_rivals(const std::vector<double>& mean_logits, int own, int count) {
  std::vector<int> order;
  for (int output = 0; output < static_cast<int>(mean_logits.size()); ++output) {
    if (output != own) order.push_back(output);
  }
  const auto strength = [&](int output) {
    const double mean = mean_logits[static_cast<std::size_t>(output)];
    return std::isnan(mean) ? -std::numeric_limits<double>::infinity() : mean;
  };
  const auto kept =
      std::min<std::size_t>(static_cast<std::size_t>(std::max(count, 0)), order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<long>(kept), order.end(),
      [&](int a, int b) { return strength(a) != strength(b) ? strength(a) > strength(b) : a < b; });
  order.resize(kept);
  return order;
}

}  // namespace differentia

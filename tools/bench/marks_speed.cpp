#include "tools/bench/marks_speed.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace differentia {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string genus(const std::string& name) {
  return name.substr(0, name.find(' '));
}

Pairs pairs_of(const store::Reader& atlas, bool sisters) {
  Pairs pairs;
  const std::vector<store::TaxonRecord> taxa = atlas.taxa();
  for (std::size_t a = 0; a < taxa.size(); ++a)
    for (std::size_t b = a + 1; b < taxa.size(); ++b)
      if (!sisters || genus(taxa[a].name) == genus(taxa[b].name))
        pairs.emplace_back(taxa[a].name, taxa[b].name);
  return pairs;
}

struct Times {
  double sum = 0, longest = 0;  // seconds
};

Times time_pairs(const OpenWorld& world, const Pairs& pairs, const MarkBenchOptions& options,
                 const ProgressCallback& progress) {
  Times times;
  std::int64_t done = 0;
  for (const auto& [a, b] : pairs) {
    report(progress, {options.test ? "timing tested pairs" : "timing untested pairs", done++,
                      static_cast<std::int64_t>(pairs.size()), "pairs", a});
    const auto start = std::chrono::steady_clock::now();
    world.compare(a, b, options);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    times.sum += took.count();
    times.longest = std::max(times.longest, took.count());
  }
  return times;
}

}  // namespace

std::vector<BenchRow> bench_marks_speed(const MarkBenchOptions& options,
                                        const ProgressCallback& progress) {
  const OpenWorld world = open_world(options.worlds.front(), options.threads, progress);
  std::vector<BenchRow> rows;
  for (const bool test : {false, true}) {
    MarkBenchOptions some = options;
    some.test = test;
    const Pairs pairs = pairs_of(world.atlas, test);
    const Times times = time_pairs(world, pairs, some, progress);
    const double minutes = times.sum / 60, bound = test ? 15 : 10, pair_bound = test ? 30 : 5;
    rows.push_back(
        {test ? "all sister pairs, tested" : "all pairs, untested", minutes, "min", bound,
         minutes <= bound,
         fmt::format("{} pairs on {} threads, {:.1f} s each", pairs.size(), options.threads,
                     times.sum / static_cast<double>(std::max<std::size_t>(1, pairs.size())))});
    rows.push_back({test ? "the slowest of them, tested" : "the slowest of them, untested",
                    times.longest, "s", pair_bound, times.longest <= pair_bound,
                    "one pair of an open atlas"});
  }
  return rows;
}

}  // namespace differentia

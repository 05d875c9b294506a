#include "tools/bench/split_taxa.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/statistics.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTurns = 3;

using Names = std::pair<std::string, std::string>;  // the species, and the sister's name it shares

// In each turn another species of each genus is the one whose photos are shared.
std::vector<Names> shared_names(const store::Reader& atlas, std::size_t turn) {
  std::map<std::string, std::vector<std::string>> genera;
  for (const store::TaxonRecord& taxon : atlas.taxa())
    genera[taxon.name.substr(0, taxon.name.find(' '))].push_back(taxon.name);
  std::vector<Names> names;
  for (const auto& [genus, species] : genera)
    if (species.size() >= kTurns)
      names.emplace_back(species[turn], species[(turn + 1) % species.size()]);
  return names;
}

// Every other observation under the other name.
void write_photo_set(const OpenWorld& world, const std::vector<Names>& names,
                     const std::string& path) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream file(path);
  file << "photo,taxon,mask,form,observation\n";
  const fs::path from = fs::relative(world.root, fs::path(path).parent_path());
  for (const auto& [own, shared] : names) {
    std::map<std::string, std::size_t> observations;
    for (const store::PhotoRecord& photo : world.atlas.photos_of_taxon(world.taxa.at(own))) {
      const std::size_t number =
          observations.emplace(photo.observation, observations.size()).first->second;
      file << fmt::format("{},{},{},{},{}\n", (from / photo.path).string(),
                          number % 2 == 0 ? own : shared, (from / photo.mask).string(), photo.form,
                          photo.observation);
    }
  }
}

}  // namespace

std::vector<BenchRow> bench_split_taxa(const MarkBenchOptions& options, const std::string& scratch,
                                       const ProgressCallback& progress) {
  const OpenWorld world = open_world(options.worlds.front(), options.threads, progress);
  std::size_t pairs = 0, marked = 0, tested = 0, listed = 0, refused = 0;
  std::vector<std::string> lines;
  for (std::size_t turn = 0; turn < kTurns; ++turn) {
    const std::vector<Names> names = shared_names(world.atlas, turn);
    MarkWorld renamed = options.worlds.front();
    const std::string folder = fmt::format("{}/split-{}", scratch, turn);
    renamed.photos = folder + "/photos.csv";
    renamed.atlas = folder + "/marks.atlas";
    if (!fs::exists(renamed.photos)) write_photo_set(world, names, renamed.photos);
    const OpenWorld split = open_world(renamed, options.threads, progress);
    std::int64_t done = 0;
    for (const auto& [own, shared] : names) {
      report(progress, {"comparing a species with itself", done++,
                        static_cast<std::int64_t>(names.size()), "pairs", own});
      const PairMarks marks = split.compare(own, shared, options);
      std::size_t here = 0;
      for (const Mark& mark : marks.marks) here += mark.status == MarkStatus::kTested;
      ++pairs;
      listed += marks.marks.size();
      tested += here;
      marked += here > 0;
      refused += !marks.verdict.empty();
      std::string line =
          fmt::format("{} as {}: {} of {} marks tested", own, shared, here, marks.marks.size());
      for (const Mark& mark : marks.marks)
        line += fmt::format(" | {} differs {:.3f} moves {:.3f} removal {:.4f}",
                            mark.carrier == Side::kA ? "A" : "B", mark.difference_q,
                            mark.attribution_q, mark.removal_q);
      lines.push_back(line + " | " + marks.verdict);
    }
  }
  write_lines(options.details, lines);
  const Estimate share = wilson(marked, pairs);
  return {{"pairs of one species under two names that get a tested mark", share.value, "share",
           std::nullopt, true,
           fmt::format("{} of {} pairs, 95 % interval {:.2f} to {:.2f}; {} of {} marks; {} pairs "
                       "are said to have no reason",
                       marked, pairs, share.low, share.high, tested, listed, refused)}};
}

}  // namespace differentia

#include "tools/bench/same_bytes.h"

#include <filesystem>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "atlas/build.h"

namespace differentia {
namespace {

// SHA256SUMS of an atlas: file → sum.
std::map<std::string, std::string> sums_of(const std::string& atlas) {
  std::ifstream file(atlas + "/SHA256SUMS");
  std::map<std::string, std::string> sums;
  std::string sum, name;
  while (file >> sum >> name) sums[name] = sum;
  return sums;
}

}  // namespace

std::vector<BenchRow> bench_same_bytes(const SameBytesOptions& options,
                                       const ProgressCallback& progress) {
  std::vector<std::map<std::string, std::string>> sums;
  for (const int threads : {1, 2}) {
    BuildOptions build_options;
    build_options.photos = options.photos;
    build_options.model = options.model;
    build_options.output = fmt::format("{}/threads-{}.atlas", options.scratch, threads);
    build_options.threads = threads;
    build_options.photos_per_taxon = options.photos_per_taxon;
    build_options.replace = true;
    build(build_options, progress);
    sums.push_back(sums_of(build_options.output));
    std::filesystem::remove_all(build_options.output);
  }
  std::size_t same = 0;
  for (const auto& [name, sum] : sums[0]) {
    const auto other = sums[1].find(name);
    same += other != sums[1].end() && other->second == sum;
  }
  const std::size_t files = std::max(sums[0].size(), sums[1].size());
  const double share = files == 0 ? 0 : static_cast<double>(same) / static_cast<double>(files);
  return {{"same bytes with 1 and 2 threads", share, "of files", 1, share == 1,
           fmt::format("{} of {} files", same, files)}};
}

}  // namespace differentia

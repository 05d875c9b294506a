#include "tools/bench/store.h"

#include <chrono>
#include <filesystem>
#include <functional>

#include <fmt/format.h>

#include "atlas/store/reader.h"
#include "tests/atlas/store/synthetic/synthetic_atlas.h"

namespace differentia {
namespace {

constexpr int kTaxa = 55000;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

std::vector<BenchRow> bench_store(const std::string& scratch) {
  const std::string path = scratch + "/55000-taxa.atlas";
  if (!std::filesystem::exists(path)) {
    store::SyntheticOptions options;
    options.taxa = kTaxa;
    options.photos_per_taxon = 20;
    options.points_per_taxon = 20;
    options.grids_per_taxon = 0;
    options.channels = 4;
    options.grid = 2;
    options.concepts = 2;
    options.exemplars = 1;
    options.level_bins = {8};
    options.photo_files = false;
    store::make_synthetic_atlas(path, options);
  }
  const double open = seconds_of([&] { store::Reader reader(path); });
  const store::Reader reader(path);
  const double list = seconds_of([&] { reader.taxa(); });
  const double find = seconds_of([&] { reader.find_taxa("a"); });
  const std::string n =
      fmt::format("{} taxa, {} photos", reader.taxon_count(), reader.photo_count());
  const auto row = [&](const char* name, double value) {
    return BenchRow{name, value, "s", 1, value <= 1, n};
  };
  return {row("store: open", open), row("store: list all taxa", list),
          row("store: find by a part of a name", find)};
}

}  // namespace differentia

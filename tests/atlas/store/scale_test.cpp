// The design's size: `test_store "[.scale]"` writes an atlas of 55,000 taxa (1 GB, a minute) and
// prints what it costs to open, list and search it. Hidden from the ordinary run; a tenth of it is
// run there.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

#include "tests/atlas/store/small_atlas.h"
#include "tests/atlas/store/test_folder.h"
#include "tests/catch.h"

namespace differentia::store {
namespace {

template <typename Work>
double seconds(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double resident_mb() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word)
    if (word == "VmRSS:") {
      double kilobytes = 0;
      status >> kilobytes;
      return kilobytes / 1024;
    }
  return 0;
}

SyntheticOptions many_taxa(int taxa) {
  SyntheticOptions options;
  options.taxa = taxa;
  options.photos_per_taxon = 20;
  options.points_per_taxon = 18;
  options.deep_points = 20000;
  options.concepts = 8;
  options.exemplars = 3;
  options.grids_per_taxon = 1;
  options.level_bins = {2, 4};
  options.icon_taxa = 16;
  options.photo_files = false;
  options.commit_every = 2000;
  return options;
}

void measure(const std::string& path, int taxa, double limit) {
  const double before = resident_mb();
  double open = 1e9, list = 1e9, find = 1e9, show = 1e9;
  std::size_t found = 0;
  double after = 0;
  for (int round = 0; round < 3; ++round) {  // the best of three: the machine may be busy
    open = std::min(open, seconds([&] { const Reader reader(path); }));
    const Reader reader(path);
    after = std::max(after, resident_mb());
    list = std::min(
        list, seconds([&] { CHECK(reader.taxa().size() == static_cast<std::size_t>(taxa)); }));
    find = std::min(find, seconds([&] { found = reader.find_taxa("atalanta").size(); }));
    show = std::min(show, seconds([&] {
                      const auto map = reader.map_of_taxon(taxa / 2);
                      CHECK(reader.points(map).x.size() == 18);
                      CHECK(reader.cells(map, 1).count.size() > 1);
                      CHECK(reader.concepts(map).size() == 8);
                      CHECK(reader.photos_of_taxon(taxa / 2).size() == 20);
                    }));
  }
  std::printf(
      "store, %d taxa: open %.3f s, list %.3f s, find %.3f s (%zu found), one taxon's map %.4f s, "
      "opened takes %.1f MB\n",
      taxa, open, list, find, found, show, after - before);
  CHECK(open + list + find < limit);
  CHECK(found > 0);
}

TEST_CASE("thousands of taxa open, list and are searched at once") {
  const TestFolder folder("taxa");
  make_synthetic_atlas(folder / "many.atlas", many_taxa(2000));
  measure(folder / "many.atlas", 2000, 1);
}

TEST_CASE("55,000 taxa open, list and are searched within 1 s", "[.scale]") {
  const TestFolder folder("scale");
  make_synthetic_atlas(folder / "many.atlas", many_taxa(55000));
  measure(folder / "many.atlas", 55000, 1);
}

TEST_CASE("a map of 1,000,000 points opens at once", "[.scale]") {
  const TestFolder folder("million");
  auto options = many_taxa(1);
  options.points_per_taxon = 1000000;
  options.level_bins = {8, 16, 32, 64, 128, 256};
  make_synthetic_atlas(folder / "a.atlas", options);
  double points = 0, cells = 0;
  const double open = seconds([&] { const Reader reader(folder / "a.atlas"); });
  const Reader reader(folder / "a.atlas");
  const auto map = reader.map_of_taxon(0);
  points = seconds([&] { CHECK(reader.points(map).x.size() == 1000000); });
  cells = seconds([&] { CHECK(reader.cells(map, 5).count.size() > 1000); });
  std::printf(
      "store, 1,000,000 points: open %.3f s, points %.3f s, finest cells %.3f s, %d icons\n", open,
      points, cells, reader.icons().icons);
  CHECK(open < 0.2);
}

}  // namespace
}  // namespace differentia::store

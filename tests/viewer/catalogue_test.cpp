#include "viewer/catalogue.h"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <set>
#include <thread>

#include "tests/atlas/store/synthetic/synthetic_atlas.h"
#include "tests/catch.h"

using namespace differentia;
using namespace differentia::viewer;

namespace {

namespace fs = std::filesystem;

struct Opened {
  fs::path folder =
      fs::temp_directory_path() / ("differentia_catalogue_test-" + std::to_string(getpid()));
  JobQueue jobs{1};
  std::unique_ptr<Catalogue> catalogue;
  Opened() {
    fs::create_directories(folder);
    store::SyntheticOptions options;
    options.photo_files = false;
    store::make_synthetic_atlas((folder / "made.atlas").string(), options);
    catalogue = std::make_unique<Catalogue>(jobs, open_atlas((folder / "made.atlas").string()));
  }
  ~Opened() { fs::remove_all(folder); }

  // Asks until the answer is there.
  template <typename Get>
  auto await(Get get) {
    auto value = get();
    for (int i = 0; i < 5000 && !value; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      jobs.publish();
      value = get();
    }
    REQUIRE(value);
    return value;
  }
};

}  // namespace

TEST_CASE("concepts are ranked by the size of their attribution, whatever its sign") {
  Opened o;
  const auto id = *o.await([&] { return o.catalogue->map_of_taxon(0); });
  const auto map = o.await([&] { return o.catalogue->map(id); });
  CHECK(map->has_attribution);
  REQUIRE(map->ranks.size() == map->concepts.size());
  REQUIRE(map->ranks.size() > 3);
  std::set<std::int32_t> ranks(map->ranks.begin(), map->ranks.end());
  CHECK(ranks.size() == map->ranks.size());
  for (std::size_t i = 0; i < map->ranks.size(); ++i)
    for (std::size_t j = 0; j < map->ranks.size(); ++j)
      if (std::abs(map->concepts[i].attribution.value) >
          std::abs(map->concepts[j].attribution.value))
        CHECK(map->ranks[i] < map->ranks[j]);
}

TEST_CASE("every level has outlines of its own, which hold its cells") {
  Opened o;
  const auto id = *o.await([&] { return o.catalogue->map_of_taxon(0); });
  const auto map = o.await([&] { return o.catalogue->map(id); });
  for (std::size_t l = 0; l < map->record.level_bins.size(); ++l) {
    const auto level = o.await([&] { return o.catalogue->level(id, l); });
    std::set<std::int32_t> of_cells, of_regions;
    for (const std::int16_t number : level->cells.concept_number)
      if (number >= 0) of_cells.insert(number);
    for (const Region& region : level->regions) of_regions.insert(region.number);
    CHECK(of_regions == of_cells);
  }
}

TEST_CASE("a cell shows one photo of each observation") {
  Opened o;
  const auto id = *o.await([&] { return o.catalogue->map_of_taxon(0); });
  const auto level = o.await([&] { return o.catalogue->level(id, 0); });
  std::int64_t photos = 0, shown = 0;
  for (std::int32_t cell = 0; cell < 8; ++cell) {
    const auto places = o.await([&] { return o.catalogue->cell_places({id, 0, cell}); });
    std::set<std::string> observations;
    for (const Place& place : places->places) observations.insert(place.photo.observation);
    CHECK(observations.size() == places->places.size());
    photos += places->photos;
    shown += static_cast<std::int64_t>(places->places.size());
  }
  CHECK(shown > 0);
  CHECK(shown < photos);  // there were some of the same observation
}

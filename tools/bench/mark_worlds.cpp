#include "tools/bench/mark_worlds.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "atlas/build.h"
#include "tools/world/train/train.h"
#include "tools/world/write_world.h"

namespace differentia {

namespace fs = std::filesystem;

PairMarks OpenWorld::compare(const std::string& a, const std::string& b,
                             const MarkBenchOptions& options) const {
  CompareOptions comparing;
  comparing.test = options.test;
  comparing.photo_root = root;
  comparing.threads = options.threads;
  return compare_pair(atlas, model, taxa.at(a), taxa.at(b), comparing);
}

OpenWorld open_world(const MarkWorld& world, int threads, const ProgressCallback& progress) {
  if (!fs::exists(world.atlas)) {
    BuildOptions building;
    building.photos = world.photos;
    building.model = world.model;
    building.output = world.atlas;
    building.points_per_taxon = 500;
    building.points_of_all = 0;
    building.threads = threads;
    build(building, progress);
  }
  OpenWorld open{world.name,
                 fs::path(world.photos).parent_path().string(),
                 Model::load(world.model),
                 store::Reader(world.atlas),
                 {}};
  for (const store::TaxonRecord& taxon : open.atlas.taxa()) open.taxa[taxon.name] = taxon.id;
  return open;
}

MarkWorld invented_world(unsigned number, const std::string& folder, int threads,
                         const ProgressCallback& progress) {
  MarkWorld result;
  result.name = fmt::format("invented {}", number);
  result.photos = folder + "/world/photos.csv";
  result.model = folder + "/network/model.pt";
  result.atlas = folder + "/marks.atlas";
  fs::create_directories(folder);
  if (!fs::exists(folder + "/world")) {
    world::WorldOptions options;
    options.invent = number;
    options.output = folder + "/world";
    options.train_photos = 0;
    options.test_photos = 64;
    options.several_photos = 0;
    options.threads = threads;
    world::write_world(options, progress);
  }
  if (!fs::exists(result.model)) {
    world::TrainOptions options;
    options.invent = number;
    options.output = folder + "/network";
    options.threads = threads;
    world::train_world(options, progress);
  }
  return result;
}

void write_lines(const std::string& path, const std::vector<std::string>& lines) {
  if (path.empty()) return;
  std::ofstream file(path);
  for (const std::string& line : lines) file << line << "\n";
}

}  // namespace differentia

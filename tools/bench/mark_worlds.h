#pragma once

// Worlds in which it is known what tells two taxa apart: where field marks are judged.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "atlas/marks/compare.h"
#include "atlas/store/reader.h"
#include "base/progress.h"
#include "explain/model.h"

namespace differentia {

struct MarkWorld {
  std::string name;
  std::string
      photos;         // photos.csv of a world: photos, masks, parts/ and description.json beside it
  std::string model;  // trained on it; report.json beside it has the effect of exchanging each part
  std::string atlas;  // made where it is not there
};

struct MarkBenchOptions {
  std::vector<MarkWorld> worlds;
  bool test = true;  // by removal
  int threads = 2;
  std::string details;  // a line a pair is written here; empty: nowhere
};

// A world with its network and its atlas, which is made where it is not there.
struct OpenWorld {
  std::string name;
  std::string root;  // of its photos
  std::shared_ptr<const Model> model;
  store::Reader atlas;
  std::map<std::string, std::int32_t> taxa;  // ids by name

  // Throws std::out_of_range for a taxon that is not in it.
  PairMarks compare(const std::string& a, const std::string& b,
                    const MarkBenchOptions& options) const;
};
OpenWorld open_world(const MarkWorld& world, int threads, const ProgressCallback& progress = {});

// The world invented from this number, its network and its place for an atlas, in `folder`; made
// where they are not there (the network takes about ten minutes).
MarkWorld invented_world(unsigned number, const std::string& folder, int threads,
                         const ProgressCallback& progress = {});

// Nothing where `path` is empty.
void write_lines(const std::string& path, const std::vector<std::string>& lines);

}  // namespace differentia

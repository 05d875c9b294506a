#pragma once

// An atlas made of nothing: coherent maps, concepts, exemplars, icons and photos of any number,
// without a network. For tests, benchmarks and the viewer's development.

#include <cstdint>
#include <string>
#include <vector>

#include "atlas/store/writer.h"

namespace differentia::store {

struct SyntheticOptions {
  int taxa = 3;
  int photos_per_taxon = 24;
  int points_per_taxon = 2000;
  int deep_points = 1000;   // points of the map of all taxa; 0: no such map
  int concepts = 6;         // of each map
  int exemplars = 6;        // of each concept
  int grids_per_taxon = 4;  // photos whose grid is kept
  int channels = 16;
  int grid = 14;  // positions along a side of the layer's grid
  std::vector<int> level_bins{8, 16, 32};
  int icon_taxa = 64;       // taxa with icons of their own; the others borrow theirs
  bool photo_files = true;  // writes a JPEG for every photo into PATH's folder, "photos/"
  int commit_every = 500;   // taxa
  std::uint64_t seed = 1;
  std::string model_sha256 = std::string(64, '0');  // of the model it says it was built with
};

// The head of the atlas that these options give.
AtlasHead synthetic_head(const SyntheticOptions& options);

// Writes it at `path` (replacing one that is there). Photo paths are relative to the folder that
// `path` lies in.
void make_synthetic_atlas(const std::string& path, const SyntheticOptions& options = {});

// The steps of it, for tests that interrupt: what one taxon adds, its map, and the map of all taxa.
void add_synthetic_taxon(Writer& writer, const SyntheticOptions& options, int taxon);
void add_synthetic_map(Writer& writer, const SyntheticOptions& options,
                       int taxon);  // taxon −1: of all taxa

}  // namespace differentia::store

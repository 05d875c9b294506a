#pragma once

#include "atlas/store/reader.h"
#include "tests/atlas/store/synthetic/synthetic_atlas.h"

namespace differentia::store {

// Small enough to be written a hundred times in a test; every table and array has rows.
inline SyntheticOptions small_options() {
  SyntheticOptions options;
  options.taxa = 3;
  options.photos_per_taxon = 5;
  options.points_per_taxon = 60;
  options.deep_points = 40;
  options.concepts = 3;
  options.exemplars = 2;
  options.grids_per_taxon = 2;
  options.channels = 8;
  options.grid = 4;
  options.level_bins = {2, 4};
  options.photo_files = false;
  options.commit_every = 1;
  return options;
}

// Reads all there is, and indexes with it as a viewer does; returns a number that depends on what
// was read.
double read_everything(const Reader& reader);

}  // namespace differentia::store

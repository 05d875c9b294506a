#pragma once

// From photos and a model to NAME.atlas: collect, concepts, layout, cells, icons, taxon by taxon,
// each step kept as soon as it is done. Stopped or killed and called again with the same options,
// it goes on and ends in the same bytes.

#include <cstdint>
#include <string>
#include <vector>

#include "atlas/cells.h"
#include "atlas/collect.h"
#include "atlas/concepts.h"
#include "atlas/feature_visualisation.h"
#include "atlas/layout.h"
#include "base/progress.h"
#include "explain/model.h"

namespace differentia {

enum class IconKind {
  kPhoto,      // a patch around the medoid, cut from its photo
  kOptimised,  // feature visualisations for the concepts and the cells of the coarsest level;
               // patches for the rest
};

struct BuildOptions {
  std::string photos;  // a folder of folders, or a CSV
  std::string model;   // a TorchScript file
  ModelOptions model_options;
  std::string output;  // NAME.atlas
  bool replace =
      false;  // an atlas that exists gives way; a partial one of other inputs is started over
  std::uint64_t seed = 1;
  int threads = 0;           // 0: all cores. Changes nothing but the time
  int photos_per_taxon = 0;  // at most, spread over observations; 0: all
  int points_per_taxon =
      10000;  // positions laid out on a taxon's map, at random where there are more
  int points_of_all =
      50000;               // the same of the map of all taxa, shared among the taxa; 0: no such map
  CollectOptions collect;  // its seed and threads are taken from above
  ConceptOptions concepts;  // its seed is taken from above, its weight of place from the photos …
  double place_factor = kPlaceFactor;  // … times this; 0: place does not count
  LayoutOptions taxon_layout =
      LayoutOptions::one_taxon();  // their seed and threads are taken from above
  LayoutOptions all_layout = LayoutOptions::all_taxa();
  CellOptions cells;
  IconKind icons = IconKind::kPhoto;
  double icon_cells = 4;               // grid positions along a side of an icon's patch
  VisualisationOptions visualisation;  // of optimised icons; seed and threads are those above
};

// A photo that the atlas could not use, or not quite.
struct PhotoRemark {
  std::string path;
  std::string reason;
};

struct BuildReport {
  std::string atlas;
  std::int32_t taxa = 0;
  std::int64_t photos_used = 0;  // repaired ones included
  std::vector<PhotoRemark> repaired, unreadable;
  std::int64_t tested = 0, correct = 0;  // of photos not marked `train`
  std::int64_t maps = 0, points = 0, concepts = 0, icons = 0;
  std::int64_t grid_bytes_per_taxon = 0;  // disk that the kept grids of a full taxon take
  std::int64_t atlas_bytes = 0;
  bool resumed = false;
  std::vector<std::string>
      notes;  // sentences for the person: defaults taken, what rests on training photos only
};

// Reports the stages "collecting", "normalising", "weighing place", "mapping" and
// "finishing". Throws InputError and
// its kin for what a person can mend, Interrupted, DiskFull; what was done until then lies in
// NAME.atlas.partial.
BuildReport build(const BuildOptions& options, const ProgressCallback& progress = {});

// What the kept grids of one full taxon take on disk, in bytes.
std::int64_t grid_bytes_per_taxon(const CollectOptions& options, const LayerInfo& layer);

}  // namespace differentia

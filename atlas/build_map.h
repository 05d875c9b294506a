#pragma once

// One map of an atlas: concepts, layout, cells and icons of some positions, written into the atlas.
// Internal to build.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "atlas/activations.h"
#include "atlas/build.h"
#include "atlas/build_inputs.h"
#include "atlas/concepts.h"
#include "atlas/normalisation.h"
#include "atlas/store/writer.h"

namespace differentia {

struct MapJob {
  std::int32_t taxon = -1;  // −1: all taxa
  std::int32_t layer = kLayer;
  Positions positions;                // all that are known: concepts speak of all of them
  std::vector<ConceptPhoto> photos;   // those that occur in them
  std::vector<std::int32_t> targets;  // columns of the attribution
  double place_weight = 0;            // of its concepts; 0 where a position sees the whole subject
  std::size_t points = 10000;         // laid out at most
  LayoutOptions layout;
};

struct MapSummary {
  std::int64_t points = 0, concepts = 0;
  bool prevalence_on_tested = true;
};

// Adds the map to the writer, uncommitted. No positions: nothing is added.
MapSummary add_map(store::Writer& writer, const BuildInputs& inputs, const BuildOptions& options,
                   const Normalisation& normalisation, const MapJob& job,
                   const ProgressCallback& progress);

}  // namespace differentia

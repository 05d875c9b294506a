#pragma once

// The icons of one map: cells, concepts and exemplars. Internal to build.

#include "atlas/build.h"
#include "atlas/build_inputs.h"
#include "atlas/normalisation.h"
#include "atlas/store/writer.h"
#include "base/matrix.h"

namespace differentia {

// Adds the tiles to the writer and fills in every `icon` of the map. `unit`: the points'
// activations, unit rows. A position's patch is stored once however many cells, concepts and
// exemplars show it.
void add_icons(store::Writer& writer, const BuildInputs& inputs, const BuildOptions& options,
               const Normalisation& normalisation, const Matrix& unit, store::MapContents& map,
               const ProgressCallback& progress);

}  // namespace differentia

#pragma once

// What collect brings back of a taxon, into the atlas and out of it again. Internal to build.

#include <cstdint>
#include <vector>

#include "atlas/activations.h"
#include "atlas/build_inputs.h"
#include "atlas/concepts.h"
#include "atlas/store/writer.h"

namespace differentia {

// Adds the taxon, its photos, its grids and its other positions to the writer, uncommitted.
void store_taxon(store::Writer& writer, const BuildInputs& inputs, const TaxonActivations& taxon);

// The positions that store_taxon put away. `layer` is kLayer or kDeepLayer.
Positions stored_positions(const store::Writer& writer, const BuildInputs& inputs,
                           std::int32_t taxon, std::int32_t layer);

// The taxon's photos that were used, as concepts need to know them.
std::vector<ConceptPhoto> concept_photos(const store::Writer& writer, const BuildInputs& inputs,
                                         std::int32_t taxon);

// The columns of the attribution of the taxon's positions at the layer: outputs, the own one first.
std::vector<std::int32_t> stored_targets(const store::Writer& writer, std::int32_t taxon,
                                         const Positions& positions);

}  // namespace differentia

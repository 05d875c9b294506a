#pragma once

// The space that concepts are clusters in: what stands at a position, and where on the subject it
// is. Two places that look alike to the network, a breast and a flank, are two parts to a person;
// place tells them apart where activations do not. But place helps only as far as the subject keeps
// its pose: on birds that stand it does, on cats that sprawl a corner of the bounding box is no
// part. So place weighs as much as the activations of the photos' taxa follow it: one weight for an
// atlas, like centre and scale, so that halves, taxa and builds compare.

#include <cstdint>
#include <vector>

#include <gsl/span>

#include "atlas/activations.h"
#include "base/matrix.h"
#include "base/photo_geometry.h"

namespace differentia {

struct ConceptPhoto;

// Where in the subject's bounding box, in its sides from its middle, 0 to ½ across and −½ to ½
// down; beyond the box its edge. Folded left on right, because which way the subject faces is not
// known. (0, 0) where the photo has no box.
struct FoldedPlace {
  double across = 0, down = 0;
};

// Of each position. Throws InputError where a photo of `positions` is not among `photos`.
std::vector<FoldedPlace> folded_places(const Positions& positions,
                                       gsl::span<const ConceptPhoto> photos,
                                       const GridGeometry& grid);

// Share of the chosen rows' variance that place explains, 0…1: the other half of the observations
// predicted by their means over 3 × 5 bins of place (cross-validated R²; negative is 0). All
// arguments have one entry a row.
double explained_by_place(const Matrix& unit, gsl::span<const FoldedPlace> places,
                          const std::vector<bool>& chosen,
                          gsl::span<const std::int64_t> observations);

// One unit row of channels + store::kPlaceColumns for each row of `unit`: it, then weight ·
// (across, down). The row of an activation without length stays zero.
Matrix concept_space(const Matrix& unit, gsl::span<const FoldedPlace> places, double weight);

}  // namespace differentia

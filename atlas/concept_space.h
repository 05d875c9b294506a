#pragma once

// The space that concepts are clusters in: what stands at a position, and where on the subject it
// is. Two places that look alike to the network, a breast and a flank, are two parts to a person;
// place tells them apart where activations do not. It is folded left on right, because which way
// the subject faces is not known.

#include <gsl/span>

#include "atlas/activations.h"
#include "atlas/normalisation.h"
#include "base/matrix.h"
#include "base/photo_geometry.h"

namespace differentia {

struct ConceptPhoto;

// One unit row of channels + store::kPlaceColumns for each position: its activation (centred and
// scaled, unit length; `channels` columns), then `place_weight` · (|u − ½|, v − ½), where (u, v) is
// its place in the subject's bounding box, 0…1 and cut there; (0, 0) for photos without one. The
// row of an activation without length is zero. Throws InputError where a photo of `positions` is
// not among `photos`.
Matrix concept_space(const Positions& positions, const Normalisation& normalisation,
                     gsl::span<const ConceptPhoto> photos, const GridGeometry& grid,
                     double place_weight);

}  // namespace differentia

#pragma once

// A decoded photo to the model's input, by the card.

#include <gsl/span>

#include "base/image/photo.h"
#include "base/photo_geometry.h"
#include "explain/model_card.h"

namespace differentia {

// Writes 3 * height * width floats (channel, row, column). Antialiased bilinear and bicubic follow
// Pillow (as torchvision does). Returns the geometry against the photo's full size.
InputGeometry preprocess(const Photo& photo, const InputSpec& spec, gsl::span<float> input);

// The shorter side that a scaled decode must keep for this input to lose nothing (about twice the
// input's scale).
int decode_side(const InputSpec& spec);

}  // namespace differentia

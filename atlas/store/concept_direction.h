#pragma once

// Which way a concept lies among the activations of its layer, so that a photo can be asked where
// it is.

#include <cstdint>
#include <string>
#include <vector>

#include "atlas/store/reader.h"

namespace differentia::store {

// All have one number a channel of the layer. A position's activation h is that of the concept as
// far as direction · (h − centre) / scale is large.
struct ConceptDirection {
  std::string layer;             // its path in the model
  std::vector<float> direction;  // of the concept's looks alone (place left out), unit length
  std::vector<float> centre, scale;
};

// Throws InputError for a number that the map does not have.
ConceptDirection concept_direction(const Reader& atlas, std::int32_t map, std::int32_t number);

}  // namespace differentia::store

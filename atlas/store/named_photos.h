#pragma once

// What the model named the photos of an atlas, counted.

#include <cstdint>
#include <vector>

#include "atlas/store/reader.h"

namespace differentia::store {

// So many used photos of a taxon have this output as the model's first answer.
struct NamedPhotos {
  std::int32_t taxon = 0;
  std::int32_t output = -1;
  bool train = false;  // marked `train`
  std::int32_t photos = 0;
};

// By taxon, then output, those not marked `train` first. One pass over the table of photos. Throws
// DamagedAtlas.
std::vector<NamedPhotos> named_photos(const Reader& atlas);

}  // namespace differentia::store

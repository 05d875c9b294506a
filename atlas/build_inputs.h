#pragma once

// What a build is made from, as it is written into the atlas: two builds with the same head give
// the same bytes. Internal to build.

#include <memory>
#include <vector>

#include "atlas/build.h"
#include "atlas/photo_set.h"
#include "atlas/store/writer.h"
#include "explain/model.h"

namespace differentia {

struct BuildInputs {
  PhotoSet photos;
  std::shared_ptr<const Model> model;
  std::vector<int> outputs;  // of each taxon, −1 none
  store::AtlasHead head;
};

// Reads the photo set, loads the model and fits them together. Throws as read_photo_set,
// Model::load and outputs_of_taxa do.
BuildInputs read_build_inputs(const BuildOptions& options);

// At most `most` photos of each taxon, spread over observations.
void limit_photos(PhotoSet& photos, int most, std::uint64_t seed);

// Layer id 0 is `layer`, 1 is `deep_layer`.
inline constexpr std::int32_t kLayer = 0;
inline constexpr std::int32_t kDeepLayer = 1;

}  // namespace differentia

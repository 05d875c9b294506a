#pragma once

// What the photos of two taxa and the model say of the question "A or B?", position by position:
// everything that field marks are found in and tested on.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <Imath/half.h>
#include <gsl/span>

#include "atlas/marks/side.h"
#include "atlas/normalisation.h"
#include "atlas/store/reader.h"
#include "base/matrix.h"
#include "base/photo_geometry.h"
#include "base/progress.h"
#include "explain/model.h"

namespace differentia {

// A photo whose whole grid is kept.
struct PairPhoto {
  store::PhotoRecord record;
  std::int64_t observation = 0;  // equal for photos of one observation, within the pair
  bool testing = false;   // of the half that marks are tested on, not of that they are found in
  bool held_out = false;  // not marked `train`
  InputGeometry geometry;
  double margin = 0;    // the own taxon's logit less the other's
  int predicted = -1;   // output
  double residual = 0;  // of the attribution to that margin, logits
};

// One taxon. Positions run photo after photo, row-major.
struct PairSide {
  store::TaxonRecord taxon;
  std::vector<PairPhoto> photos;
  gsl::span<const Imath::half> activation;  // positions × channels; the atlas's own memory
  std::vector<float> toward;   // positions: attribution to the own taxon's logit less the
                               // other's; its sum over a photo is margin less margin at zero
  std::vector<float> subject;  // positions: share on the subject; NaN where no mask is given

  // Of one photo, row-major.
  gsl::span<const float> toward_of(std::size_t photo, std::size_t cells) const {
    return {toward.data() + photo * cells, cells};
  }
};

struct PairEvidence {
  std::array<PairSide, 2> sides;
  store::LayerRecord layer;
  Normalisation normalisation;
  // Of both taxa: the testing half is of photos not marked `train`, as far as there are such.
  bool tested_on_held_out = true;
  double place_weight = 0;    // of the place columns of concepts, as in the atlas's maps
  double margin_at_zero = 0;  // z_A − z_B of an empty grid, which no position accounts for

  std::size_t cells() const {
    return static_cast<std::size_t>(layer.grid.height) * static_cast<std::size_t>(layer.grid.width);
  }
  const PairSide& side(Side which) const { return sides[index(which)]; }
  bool masked(Side which) const;  // some photo has a subject mask
};

// Indexes into the side's photos.
std::vector<std::size_t> photos_of_half(const PairEvidence& pair, Side side, bool testing);

// Of the side's photos, both halves; logits.
double median_margin(const PairEvidence& pair, Side side);

struct PairEvidenceOptions {
  std::uint64_t seed = 1;  // of the halves
  int threads = 1;
};

// Throw InputError: where a taxon has no output or no kept grids; where the model is not the
// atlas's.
void require_comparable(const store::Reader& atlas, const store::TaxonRecord& taxon);
void require_model_of(const store::Reader& atlas, const Model& model);

// Attributes the kept grids of both taxa to z_A − z_B: from the atlas where its build has
// attributed both outputs, else through the model. Throws InputError where a taxon has no output or
// no kept grids, where both are the same, or where the model is not the atlas's; Interrupted.
// `atlas` must outlive the result.
PairEvidence pair_evidence(const store::Reader& atlas, std::shared_ptr<const Model> model,
                           std::int32_t taxon_a, std::int32_t taxon_b,
                           const PairEvidenceOptions& options = {},
                           const ProgressCallback& progress = {});

}  // namespace differentia

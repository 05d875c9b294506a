#pragma once

// What collect brings back of one taxon: activations at positions, with where they came from.

#include <cstdint>
#include <string>
#include <vector>

#include <Imath/half.h>
#include <gsl/span>

#include "base/photo_geometry.h"

namespace differentia {

// n positions of one layer. Arrays run in parallel; rows of `activation` and `attribution` are
// contiguous.
struct Positions {
  int channels = 0;
  int height = 0, width = 0;  // of the layer's grid
  int targets = 0;            // columns of `attribution`; 0 where none was asked for
  int grid_photos = 0;  // the first grid_photos * height * width rows are whole grids, photo after
                        // photo, row-major; the rows after them are samples
  std::vector<std::int32_t> photo;         // n: index into the photo set
  std::vector<std::uint16_t> row, column;  // n
  std::vector<Imath::half> activation;     // n * channels
  std::vector<float> attribution;          // n * targets, logits
  std::vector<float>
      subject;  // n: share of the position's cell on the subject, 0…1; NaN where no mask is given

  std::size_t size() const { return photo.size(); }
};

// What became of one photo.
struct PhotoOutcome {
  enum class Status : std::uint8_t { kUsed, kRepaired, kUnreadable };
  Status status = Status::kUsed;
  std::string
      reason;  // why unreadable, what was repaired, or why its mask was left out; no absolute path
  std::int32_t width = 0, height = 0;  // oriented, full size
  Box subject;  // around the subject of its mask, photo coordinates; empty where there is no mask
  std::vector<float> logits;    // of the taxon's targets (same order as TaxonActivations::targets);
                                // empty if unreadable
  std::int32_t predicted = -1;  // output with the highest logit
  double residual =
      0;  // largest |attribution residual| of its targets at `layer`, logits; NaN where none
  std::int32_t steps = 0;  // most attribution steps of its targets; 0: closed form or none
};

struct TaxonActivations {
  int taxon = 0;                       // index into the photo set's taxa
  std::vector<std::int32_t> photos;    // indexes into the photo set, in order
  std::vector<PhotoOutcome> outcomes;  // one for each of `photos`
  std::vector<int> targets;  // outputs: the taxon's own first, then its strongest rivals; the
                             // columns of attribution
  Positions layer;  // at the card's layer; photos ascending within grids and within samples
  Positions deep;   // at the deep layer: a few positions a photo, none of them a whole grid;
                   // attributed where that is closed form (a pooled linear head), else targets = 0
};

}  // namespace differentia

#pragma once

// The map's levels of detail: nested grids (8, 16, 32 … bins a side) over one fixed layout.

#include <cstdint>
#include <vector>

#include <gsl/span>

#include "atlas/layout.h"
#include "atlas/store/records.h"
#include "base/matrix.h"

namespace differentia {

struct CellOptions {
  int coarsest_bins = 8;  // of the first level
  int finest_bins = 512;  // no level has more
  double points_per_cell =
      3;  // levels are added until the mean occupied cell holds fewer points than this
};

struct CellLevel {
  std::int32_t bins = 0;  // along a side
  store::Cells cells;     // `icon` is −1 throughout
};

// What cells summarise, one entry a point. Attribution is n * targets, subject n (NaN unknown) and
// concept_number n (−1 none); each may be empty.
struct CellInput {
  const Layout* layout = nullptr;  // in the unit square
  const Matrix* unit =
      nullptr;  // activations, unit rows; for the medoid (nearest to the cell's mean)
  gsl::span<const float> attribution;
  int targets = 0;
  gsl::span<const float> subject;
  gsl::span<const std::int16_t> concept_number;
};

// Coarse to fine; every point is in exactly one cell of each level. No points: no levels.
std::vector<CellLevel> make_cells(const CellInput& input, const CellOptions& options = {});

// Where a concept's label stands: the point of the concept nearest to the middle of its densest
// part. One for each number in 0…concepts − 1; (0.5, 0.5) for a concept without points.
std::vector<Point> label_places(const Layout& layout, gsl::span<const std::int16_t> concept_number,
                                int concepts);

}  // namespace differentia

#pragma once

// A part of a layer's grid in one photo.

#include <cstddef>
#include <vector>

#include <opencv2/core.hpp>

#include "atlas/marks/candidates.h"
#include "base/photo_geometry.h"

namespace differentia {

struct Cell {
  int row = 0, column = 0;
};
using Region = std::vector<Cell>;

// How far from a peak a mark reaches, in cells: one on a grid of 14 to 20, more on finer ones.
int reach(const GridGeometry& grid);

// The positions within reach of a peak that add at least a quarter of what the peak adds: what is
// taken out when a candidate is. `toward`: of that photo.
Region region_of(const GridGeometry& grid, const Peak& peak, gsl::span<const float> toward);

// All cells within `distance` of a cell.
Region window(const GridGeometry& grid, Cell middle, int distance);

// The region moved so that `from` comes to `to`; cells beyond the grid are left out.
Region moved(const GridGeometry& grid, const Region& region, Cell from, Cell to);

// 8U, 255 where a cell of the region is, of the input's size; `grow` input pixels wider.
cv::Mat input_mask(const GridGeometry& grid, const Region& region, Size input, int grow = 0);

// Around the region's cells, photo coordinates, within the photo.
Box photo_box(const GridGeometry& grid, const Region& region, const InputGeometry& geometry);

}  // namespace differentia

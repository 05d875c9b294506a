#pragma once

// Which cells of a level are to be drawn.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "atlas/store/records.h"
#include "base/photo_geometry.h"

namespace differentia::viewer {

// Where each row of bins begins in cells sorted by (bin_y, bin_x): size bins + 1.
std::vector<std::int32_t> row_starts(const store::Cells& cells, std::int32_t bins);

// The cells that meet `visible` (map coordinates), in their order, never more than `limit`: what is
// asked for is in sight, and the work is that of the rows in sight, not of the level.
std::vector<std::int32_t> visible_cells(const store::Cells& cells,
                                        const std::vector<std::int32_t>& rows, std::int32_t bins,
                                        const Box& visible, std::size_t limit);

// The cell at a place of the map; −1 where there is none.
std::int32_t cell_at(const store::Cells& cells, const std::vector<std::int32_t>& rows,
                     std::int32_t bins, Point place);

// The cell of those bins; −1 where there is none.
std::int32_t find_cell(const store::Cells& cells, const std::vector<std::int32_t>& rows,
                       std::int32_t bin_x, std::int32_t bin_y);

// A cell's box on the map.
Box cell_box(const store::Cells& cells, std::int32_t bins, std::int32_t cell);

// Side of each tile as a share of its bin, 0.5…1, by density as in activation atlases: the area
// grows with the count up to the level's 90th percentile.
std::vector<float> tile_sides(const store::Cells& cells);

}  // namespace differentia::viewer

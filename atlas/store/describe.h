#pragma once

// What an atlas holds, in figures: for `differentia info` and the report of a build.

#include <cstdint>
#include <string>
#include <vector>

#include "atlas/store/reader.h"

namespace differentia::store {

struct Description {
  std::string hash;
  Provenance provenance;
  std::vector<LayerRecord> layers;
  std::int64_t bytes = 0;  // of all files
  std::int64_t array_bytes = 0, picture_bytes = 0, table_bytes = 0;
  std::int64_t grid_bytes = 0;  // of the kept grids, within array_bytes
  Totals totals;
  std::vector<PhotoRecord> repaired, unreadable;  // each with its reason
  std::vector<PhotoRecord> mask_left_out;         // used, but not their mask; with the reason
};

// Reads tables and lengths, no arrays.
Description describe(const Reader& reader);

}  // namespace differentia::store

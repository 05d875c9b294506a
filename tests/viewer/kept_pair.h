#pragma once

// A pair's result made by hand, kept beside a synthetic atlas.

#include "atlas/store/derived.h"
#include "atlas/store/reader.h"

namespace differentia::test {

// Two field marks, one of each taxon, and a context cue; a map of eight positions.
store::KeptPair made_pair(const store::Reader& atlas, std::int32_t taxon_a, std::int32_t taxon_b);

void keep_made_pair(const store::Reader& atlas, std::int32_t taxon_a, std::int32_t taxon_b);

}  // namespace differentia::test

#pragma once

// What `differentia compare` says of a pair.

#include <string>

#include <nlohmann/json.hpp>

#include "atlas/marks/pair_marks.h"
#include "atlas/store/reader.h"

namespace differentia::cli {

nlohmann::ordered_json pair_json(const PairMarks& marks, const store::Reader& atlas);
std::string pair_text(const PairMarks& marks);

}  // namespace differentia::cli

#pragma once

// What `differentia compare` says of a pair, and of which other answers are made.

#include <string>

#include <nlohmann/json.hpp>

#include "atlas/marks/pair_marks.h"
#include "atlas/store/reader.h"

namespace differentia::cli {

nlohmann::ordered_json pair_json(const PairMarks& marks, const store::Reader& atlas);
std::string pair_text(const PairMarks& marks);

// A mark's words, or where they could not be made out, what kind it is and where.
std::string mark_name(const Mark& mark);
std::string tenths(double value);            // "1.5"; never "-0.0"
const char* status_name(MarkStatus status);  // "tested", "not shown", …
nlohmann::ordered_json count_json(const Count& count);
nlohmann::ordered_json number_json(double value);  // null where it is not finite

}  // namespace differentia::cli

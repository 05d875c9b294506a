#pragma once

// The benchmark's rows as a table for people and as JSON.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tools/bench/row.h"

namespace differentia {

std::string table_text(const std::vector<BenchRow>& rows);
nlohmann::ordered_json table_json(const std::vector<BenchRow>& rows);

}  // namespace differentia

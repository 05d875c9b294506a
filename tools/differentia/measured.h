#pragma once

// What `differentia explain --measure` says of a map: numbers that judge the map, not the model.

#include <string>

#include <nlohmann/json.hpp>

#include "explain/measures/measure.h"

namespace differentia::cli {

// Every key always there; null where a measure does not apply.
nlohmann::ordered_json measures_json(const MapMeasures& measures);

// Lines below the map's own.
std::string measures_text(const MapMeasures& measures);

}  // namespace differentia::cli

#pragma once

// The last steps that make a partial folder an atlas. Each may be run again after a kill. Internal
// to the store.

#include <cstdint>
#include <string>

#include "atlas/store/database.h"

namespace differentia::store {

// Notes every file's length and writes atlas.sqlite, compact and in key order, from the work
// database (whose transaction it ends). Files of arrays/ and pictures/ that no table names are
// removed.
void finish_database(Database& work, const std::string& folder, std::int32_t icons);

}  // namespace differentia::store

#pragma once

// SHA256SUMS: what every file of an atlas was when it was written, as `sha256sum -c` reads it.
// Internal to the store.

#include <string>
#include <vector>

namespace differentia::store {

// Writes SHA256SUMS over all files that belong to the atlas, sorted by name.
void write_sums(const std::string& folder);

// Reads every byte; one sentence for each file that is missing or not as it was written.
std::vector<std::string> check_sums(const std::string& folder);

}  // namespace differentia::store

#pragma once

#include <string>

namespace differentia {

// Standard output of a shell command, whatever its exit status. Throws InputError where it cannot
// be started.
std::string output_of(const std::string& command);

}  // namespace differentia

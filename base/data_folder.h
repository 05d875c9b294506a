#pragma once

#include <string>

namespace differentia {

// A file or folder of data/ as it ships with the program: $DIFFERENTIA_DATA, else data/ of the
// source tree that holds the build folder, else share/differentia/ beside the installed program.
// Throws FileError where it is in none of them.
std::string data_path(const std::string& relative);

}  // namespace differentia

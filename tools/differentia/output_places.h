#pragma once

// Where results are to go: looked at before the long work, so that nothing is lost to a wrong name.

#include <string>

namespace differentia::cli {

// Makes the folder, with those above it; empty: none is asked for. Throws FileError where it cannot
// be made or written to.
void make_folder(const std::string& folder);

// Throws FileError where no file of that name can be written: its folder is not there or may not be
// written to, or a folder has the name.
void check_place(const std::string& file);

}  // namespace differentia::cli

#pragma once

// Photos named on the command line.

#include <string>
#include <vector>

namespace differentia::cli {

// Each argument is a photo; or a folder, which stands for all photos in it and below, by name; or a
// CSV, which stands for its column `photo`, paths relative to it. An argument that is not there
// counts as a photo, so that reading it says so. Throws FileError: a folder without photos, a CSV
// without that column.
std::vector<std::string> photos_named(const std::vector<std::string>& arguments);

}  // namespace differentia::cli

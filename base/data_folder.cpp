#include "base/data_folder.h"

#include <cstdlib>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"

namespace differentia {

std::string data_path(const std::string& relative) {
  namespace fs = std::filesystem;
  std::vector<fs::path> folders;
  if (const char* const given = std::getenv("DIFFERENTIA_DATA")) folders.emplace_back(given);
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (!error) {
    folders.push_back(program / "../../data");  // build/release/differentia
    folders.push_back(program / "../share/differentia");
  }
  for (const fs::path& folder : folders) {
    const fs::path candidate = folder / relative;
    if (fs::exists(candidate, error)) return fs::weakly_canonical(candidate, error).string();
  }
  throw FileError(
      relative,
      fmt::format("'{}', which ships with the program, is not to be found; set DIFFERENTIA_DATA to "
                  "the folder data/ of the source tree.",
                  relative));
}

}  // namespace differentia

#include "tools/differentia/output_places.h"

#include <unistd.h>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"

namespace differentia::cli {

namespace fs = std::filesystem;

void make_folder(const std::string& folder) {
  if (folder.empty()) return;
  std::error_code error;
  fs::create_directories(folder, error);
  std::error_code ignored;
  if (error || !fs::is_directory(folder, ignored))
    throw FileError(folder, fmt::format("The folder '{}' cannot be made ({}).", folder,
                                        error ? error.message() : "there is a file of that name"));
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    throw FileError(folder, fmt::format("The folder '{}' cannot be written to.", folder));
}

void check_place(const std::string& file) {
  std::error_code ignored;
  if (fs::is_directory(file, ignored)) throw_write_error(file, EISDIR);
  const fs::path folder = fs::path(file).parent_path();
  if (access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0)
    throw_write_error(file, errno);
}

}  // namespace differentia::cli

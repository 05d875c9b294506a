#include "atlas/store/sums.h"

#include <filesystem>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "atlas/store/format.h"
#include "base/error.h"
#include "base/file.h"
#include "base/sha256.h"

namespace differentia::store {
namespace {

namespace fs = std::filesystem;

// The files that belong to the atlas in `folder`, relative to it.
std::set<std::string> files_of(const std::string& folder) {
  std::set<std::string> files{kDatabaseFile};
  for (const char* part : {kArrayFolder, kPictureFolder}) {
    if (!fs::is_directory(fs::path(folder) / part)) continue;
    for (const auto& entry : fs::directory_iterator(fs::path(folder) / part))
      files.insert(std::string(part) + "/" + entry.path().filename().string());
  }
  return files;
}

constexpr std::size_t kDigits = 64;  // of a SHA-256

}  // namespace

void write_sums(const std::string& folder) {
  std::string sums;
  for (const auto& file : files_of(folder))
    sums += sha256_of_file(folder + "/" + file) + "  " + file + "\n";
  write_whole_file(folder + "/" + kSumsFile, sums);
  sync_folder(folder);
}

std::vector<std::string> check_sums(const std::string& folder) {
  std::vector<std::string> damages;
  auto unnamed = files_of(folder);
  std::istringstream lines(read_whole_file((fs::path(folder) / kSumsFile).string()));
  std::string line;
  while (std::getline(lines, line)) {
    const bool sound = line.size() > kDigits + 2 && line.compare(kDigits, 2, "  ") == 0 &&
                       line.find("..") == std::string::npos && line[kDigits + 2] != '/';
    if (!sound) {
      damages.push_back(fmt::format("'{}' is damaged: a line of it cannot be read.", kSumsFile));
      continue;
    }
    const auto file = line.substr(kDigits + 2);
    unnamed.erase(file);
    try {
      if (sha256_of_file((fs::path(folder) / file).string()) != line.substr(0, kDigits))
        damages.push_back(
            fmt::format("'{}' is damaged: its SHA-256 is not the one in {}.", file, kSumsFile));
    } catch (const FileError&) {
      damages.push_back(fmt::format("'{}' is missing or cannot be read.", file));
    }
  }
  for (const auto& file : unnamed)
    damages.push_back(fmt::format("'{}' is not named in {}.", file, kSumsFile));
  return damages;
}

}  // namespace differentia::store

#include "viewer/recent.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace differentia::viewer {

namespace {

namespace fs = std::filesystem;

std::string own_file() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  if (config != nullptr && *config != '\0')
    return (fs::path(config) / "differentia" / "recent").string();
  if (home != nullptr && *home != '\0')
    return (fs::path(home) / ".config" / "differentia" / "recent").string();
  return {};
}

}  // namespace

RecentAtlases::RecentAtlases(std::string file)
    : file_(file.empty() ? own_file() : std::move(file)) {
  std::ifstream in(file_);
  for (std::string line; std::getline(in, line) && paths_.size() < kMost;)
    if (!line.empty()) paths_.push_back(line);
}

void RecentAtlases::add(const std::string& path) {
  std::error_code ignored;
  const std::string full = fs::absolute(path, ignored).lexically_normal().string();
  paths_.erase(std::remove(paths_.begin(), paths_.end(), full), paths_.end());
  paths_.insert(paths_.begin(), full);
  if (paths_.size() > kMost) paths_.resize(kMost);
  if (file_.empty()) return;
  fs::create_directories(fs::path(file_).parent_path(), ignored);
  std::ofstream out(file_);
  for (const std::string& line : paths_) out << line << '\n';
}

}  // namespace differentia::viewer

#pragma once

// The atlases opened last, kept under $XDG_CONFIG_HOME/differentia (~/.config/differentia), one
// path a line.

#include <string>
#include <vector>

namespace differentia::viewer {

class RecentAtlases {
 public:
  // `file` empty: the person's own. A missing or unreadable file is an empty list.
  explicit RecentAtlases(std::string file = {});
  const std::vector<std::string>& paths() const { return paths_; }  // newest first
  // To the front, and to the disk; a disk that cannot be written to is no reason to stop.
  void add(const std::string& path);

  static constexpr std::size_t kMost = 8;

 private:
  std::string file_;
  std::vector<std::string> paths_;
};

}  // namespace differentia::viewer

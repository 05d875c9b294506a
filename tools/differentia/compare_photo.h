#pragma once

// differentia compare NAME.atlas A B --photo FILE: which of the pair's marks a photo shows, and
// where it stands between the two.

#include <string>
#include <vector>

#include "tools/differentia/pair_options.h"

namespace differentia::cli {

struct PhotoFlags {
  std::vector<std::string> photos;
  std::string mask, output, folder;

  void add_to(CLI::App& app);
  bool asked() const { return !photos.empty(); }
};

// Answers the exit status: 2 where one of several photos could not be read.
int compare_photos(Console& console, const PairFlags& pair, const PhotoFlags& flags);

}  // namespace differentia::cli

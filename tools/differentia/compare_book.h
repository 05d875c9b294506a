#pragma once

// differentia compare NAME.atlas A B --book-mark NAME: does the model go by what a field guide
// says?

#include <string>

#include "tools/differentia/pair_options.h"

namespace differentia::cli {

struct BookFlags {
  std::string name, on, box, of;

  void add_to(CLI::App& app);
  bool asked() const { return !name.empty(); }
};

int compare_book(Console& console, const PairFlags& pair, const BookFlags& flags);

}  // namespace differentia::cli

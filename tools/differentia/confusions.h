#pragma once

// differentia compare NAME.atlas --confusions: which pairs are worth comparing.

#include "tools/differentia/console.h"
#include "tools/differentia/pair_options.h"

namespace differentia::cli {

struct ConfusionFlags {
  bool asked = false;
  int most = 20;          // pairs that are listed
  int compare_first = 0;  // of these, compared now

  void add_to(CLI::App& app);
};

// Prints the table; answers the exit status.
int list_confusions(Console& console, const PairFlags& pair, const ConfusionFlags& flags);

}  // namespace differentia::cli

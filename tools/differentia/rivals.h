#pragma once

// differentia compare NAME.atlas --against-nearest A: the marks of a taxon that hold against all of
// its nearest rivals, against some and against one.

#include <string>

#include "tools/differentia/console.h"
#include "tools/differentia/pair_options.h"

namespace differentia::cli {

struct RivalFlags {
  std::string taxon;  // empty: not asked
  int rivals = 3;

  void add_to(CLI::App& app);
};

// Compares the taxon with each and prints what that comes to; answers the exit status.
int against_nearest(Console& console, const PairFlags& pair, const RivalFlags& flags);

}  // namespace differentia::cli

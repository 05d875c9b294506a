#pragma once

// A verb of the command line: `differentia NAME …`. One file each.

#include <functional>
#include <string>
#include <vector>

#include "tools/differentia/console.h"

namespace CLI {
class App;
}

namespace differentia::cli {

// What a parsed verb does; answers the exit status. InputError → 2, Interrupted → 3, anything else
// thrown → 4.
using Action = std::function<int(Console&)>;

struct Verb {
  std::string name;
  std::string summary;  // one line
  std::function<Action(CLI::App&)>
      set_up;  // adds the verb's own options; what it returns runs once they are parsed
};

// Parses `arguments` (after the verb's name), runs, reports errors on standard error; answers the
// exit status.
int run_verb(const Verb& verb, const std::vector<std::string>& arguments);

}  // namespace differentia::cli

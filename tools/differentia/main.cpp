// differentia VERB …: finds the verb and runs it. Verbs that need the network live in the engine
// (engine.h).

#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "tools/differentia/engine.h"
#include "tools/differentia/verbs.h"

namespace {

using namespace differentia::cli;

struct Entry {
  const char* name;
  const char* summary;
};

// In the order in which a new user needs them.
constexpr Entry kVerbs[] = {
    {"world", kWorldSummary},     {"model", kModelSummary},     {"build", kBuildSummary},
    {"info", kInfoSummary},       {"explain", kExplainSummary}, {"identify", kIdentifySummary},
    {"compare", kCompareSummary}, {"plate", kPlateSummary},     {"view", kViewSummary},
};

std::string help() {
  std::string text =
      "Differentia: what has this species classifier learned, and should we believe it?\n\n"
      "differentia VERB …\n\n";
  for (const Entry& verb : kVerbs) text += fmt::format("  {:<9} {}\n", verb.name, verb.summary);
  text +=
      "\n`differentia VERB --help` tells what a verb takes, with every default.\n"
      "Exit status: 0 done, 2 bad usage or input, 3 interrupted, 4 an internal failure.\n";
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) return run_verb(view_verb(), {});  // a double click opens the start screen
  const std::string& name = arguments.front();
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (name == "--help" || name == "-h" || name == "help") {
    std::fputs(help().c_str(), stdout);
    return 0;
  }
  if (name == "--version") {
    std::puts("differentia " DIFFERENTIA_VERSION);
    return 0;
  }
  if (name == "view") return run_verb(view_verb(), rest);
  if (name == "info") return run_verb(info_verb(), rest);
  std::vector<std::string> names;
  for (const Entry& verb : kVerbs) {
    if (name == verb.name) return run_engine_verb(name, rest);
    names.emplace_back(verb.name);
  }
  std::fputs(fmt::format("differentia: {} Run `differentia --help`.\n",
                         differentia::UnknownName::among("verb", name, names).what())
                 .c_str(),
             stderr);
  return 2;
}

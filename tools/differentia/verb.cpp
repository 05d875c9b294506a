#include "tools/differentia/verb.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/error.h"

namespace differentia::cli {

int run_verb(const Verb& verb, const std::vector<std::string>& arguments) {
  CLI::App app(verb.summary, "differentia " + verb.name);
  bool json = false, quiet = false;
  const Action action = verb.set_up(app);
  app.add_flag("--json", json, "Print one JSON object on standard output, and nothing else there");
  app.add_flag("--quiet", quiet, "No progress and no remarks on standard error");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp& help) {
    app.exit(help);
    return 0;
  } catch (const CLI::ParseError& error) {
    std::fputs(fmt::format("differentia {}: {}\nRun `differentia {} --help` for what it takes.\n",
                           verb.name, error.what(), verb.name)
                   .c_str(),
               stderr);
    return 2;
  }

  Console console(json, quiet);
  const auto complain = [&](std::string sentence) {
    console.end_progress();
    if (!sentence.empty() && sentence.find_last_of(".!?…)") != sentence.size() - 1) sentence += ".";
    std::fputs((sentence + "\n").c_str(), stderr);
  };
  try {
    return action(console);
  } catch (const InputError& error) {
    complain(fmt::format("differentia {}: {}", verb.name, error.what()));
    return 2;
  } catch (const Interrupted&) {
    complain("Interrupted. What was finished is kept; run the same command again for the rest.");
    return 3;
  } catch (const std::exception& error) {
    // LibTorch appends pages of its own stack; the first line says what happened.
    const std::string text = error.what();
    complain(fmt::format(
        "differentia {}: an internal failure: {}\nPlease report it with the command you ran.",
        verb.name, text.substr(0, text.find('\n'))));
    return 4;
  }
}

}  // namespace differentia::cli

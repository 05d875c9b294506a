// The window of the real program, and the terminal it was started from.

#include <csignal>
#include <cstdlib>

#include "tests/catch.h"
#include "tests/end_to_end/fixtures.h"
#include "tests/end_to_end/program.h"

using namespace differentia::test;

TEST_CASE("Ctrl-C in the terminal closes the window", "[view]") {
  if (std::getenv("DISPLAY") == nullptr) {
    WARN("skipped: there is no display");
    return;
  }
  const TemporaryFolder folder;
  const char* before = std::getenv("XDG_CONFIG_HOME");
  const std::string kept = before != nullptr ? before : "";
  setenv("XDG_CONFIG_HOME", folder.path().c_str(), 1);
  // The list of recent atlases is written once the atlas is open.
  for (const int signal : {SIGINT, SIGTERM}) {
    const Outcome outcome =
        run_and_signal({"view", demo_atlas()}, folder.path("differentia/recent"), signal, 300);
    CAPTURE(signal, outcome.errors);
    CHECK(outcome.status == 0);
  }
  if (before != nullptr)
    setenv("XDG_CONFIG_HOME", kept.c_str(), 1);
  else
    unsetenv("XDG_CONFIG_HOME");
}

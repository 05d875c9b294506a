// differentia compare NAME.atlas A B: what tells two taxa apart for the model.

#include <memory>

#include <CLI/CLI.hpp>

#include "tools/differentia/compared.h"
#include "tools/differentia/pair_options.h"
#include "tools/differentia/verbs.h"

namespace differentia::cli {
namespace {

struct Flags {
  PairFlags pair;
};

int compare_two(Console& console, const Flags& flags) {
  const PairRequest request = pair_request(flags.pair);
  const PairMarks marks = compared(request, console);
  if (console.json())
    console.print_json(pair_json(marks, request.atlas));
  else
    console.print(pair_text(marks));
  return 0;
}

// What is asked: by default, for the marks of the pair A, B.
int compare(Console& console, const Flags& flags) {
  return compare_two(console, flags);
}

}  // namespace

Verb compare_verb() {
  return {"compare", kCompareSummary, [](CLI::App& app) -> Action {
            const auto flags = std::make_shared<Flags>();
            flags->pair.add_to(app, false);
            return [flags](Console& console) { return compare(console, *flags); };
          }};
}

}  // namespace differentia::cli

// differentia compare NAME.atlas A B: what tells two taxa apart for the model.

#include <memory>

#include <CLI/CLI.hpp>

#include "tools/differentia/compared.h"
#include "tools/differentia/pair_options.h"
#include "tools/differentia/verbs.h"

namespace differentia::cli {

Verb compare_verb() {
  return {"compare", kCompareSummary, [](CLI::App& app) -> Action {
            const auto flags = std::make_shared<PairFlags>();
            flags->add_to(app);
            return [flags](Console& console) {
              const PairRequest request = pair_request(*flags);
              const PairMarks marks = compared(request, console);
              if (console.json())
                console.print_json(pair_json(marks, request.atlas));
              else
                console.print(pair_text(marks));
              return 0;
            };
          }};
}

}  // namespace differentia::cli

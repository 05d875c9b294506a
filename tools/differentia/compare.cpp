// differentia compare NAME.atlas A B: what tells two taxa apart for the model; and which pairs of
// an atlas are worth that question.

#include <array>
#include <memory>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "tools/differentia/compare_book.h"
#include "tools/differentia/compare_photo.h"
#include "tools/differentia/compared.h"
#include "tools/differentia/confusions.h"
#include "tools/differentia/pair_options.h"
#include "tools/differentia/rivals.h"
#include "tools/differentia/verbs.h"

namespace differentia::cli {
namespace {

struct Flags {
  PairFlags pair;
  ConfusionFlags confusions;
  RivalFlags rivals;
  PhotoFlags photo;
  BookFlags book;
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
  const bool nearest = !flags.rivals.taxon.empty();
  if ((flags.confusions.asked || nearest) && !flags.pair.a.empty())
    throw InputError(
        flags.confusions.asked
            ? "--confusions is about all pairs of the atlas: leave A and B out."
            : "--against-nearest finds the rivals itself: name one taxon after it, no others.");
  if (flags.confusions.asked) return list_confusions(console, flags.pair, flags.confusions);
  if (nearest) return against_nearest(console, flags.pair, flags.rivals);
  if (flags.photo.asked()) return compare_photos(console, flags.pair, flags.photo);
  if (flags.book.asked()) return compare_book(console, flags.pair, flags.book);
  return compare_two(console, flags);
}

}  // namespace

Verb compare_verb() {
  return {"compare", kCompareSummary, [](CLI::App& app) -> Action {
            const auto flags = std::make_shared<Flags>();
            flags->pair.add_to(app, false);
            flags->confusions.add_to(app);
            flags->rivals.add_to(app);
            flags->photo.add_to(app);
            flags->book.add_to(app);
            // One question at a time.
            const std::array<const char*, 4> questions{"--confusions", "--against-nearest",
                                                       "--photo", "--book-mark"};
            for (const char* one : questions)
              for (const char* other : questions)
                if (one != other) app.get_option(one)->excludes(app.get_option(other));
            return [flags](Console& console) { return compare(console, *flags); };
          }};
}

}  // namespace differentia::cli

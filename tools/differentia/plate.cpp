// differentia plate NAME.atlas A B: the marks by which the model tells two taxa apart, as a page of
// a field guide.

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "atlas/plate/draw_plate.h"
#include "atlas/plate/plate_surface.h"
#include "atlas/plate/plate_words.h"
#include "base/error.h"
#include "tools/differentia/pair_options.h"
#include "tools/differentia/taxon_label.h"
#include "tools/differentia/verbs.h"

namespace differentia::cli {
namespace {

using nlohmann::ordered_json;

struct Flags {
  PairFlags pair;
  std::string output;
  std::string width = "page";
  double dots_per_inch = PlateOptions{}.dots_per_inch;
  std::vector<std::string> words;
  bool remark = false;
};

// "1=spotted breast": the words of mark 1.
std::map<int, std::string> words_of(const std::vector<std::string>& given) {
  std::map<int, std::string> words;
  for (const std::string& one : given) {
    const std::size_t equals = one.find('=');
    const char* end = one.data() + std::min(equals, one.size());
    int number = 0;
    const auto [read, error] = std::from_chars(one.data(), end, number);
    if (error != std::errc() || read != end || equals == std::string::npos ||
        equals + 1 == one.size())
      throw InputError(
          fmt::format("'{}' gives no mark its words; write --words '1=spotted breast'.", one));
    words[number] = one.substr(equals + 1);
  }
  return words;
}

void check_numbers(const std::map<int, std::string>& words, const PairMarks& pair) {
  for (const auto& [number, text] : words) {
    if (number < 1 || number > static_cast<int>(pair.marks.size()))
      throw InputError(fmt::format("There is no mark {} to describe as '{}': the pair has {}.",
                                   number, text, pair.marks.size()));
  }
}

int plate(Console& console, const Flags& flags) {
  PlateOptions options;
  options.words = words_of(flags.words);
  options.width = flags.width == "phone" ? PlateWidth::kPhone : PlateWidth::kPage;
  options.dots_per_inch = flags.dots_per_inch;
  // What can be refused is refused before the long work.
  if (!flags.output.empty()) plate_format(flags.output);

  const PairRequest request = pair_request(flags.pair);
  const PairMarks pair = compared(request, console);
  check_numbers(options.words, pair);

  std::string output = flags.output;
  if (output.empty() && !flags.remark)
    output = fmt::format("{}-{}.png", file_name_of(request.a.name), file_name_of(request.b.name));
  if (!output.empty()) {
    options.photos = plate_photos(request.atlas, pair, request.options.photo_root);
    draw_plate(pair, options, output);
    console.print(output);
  }
  if (flags.remark) console.print(remark_of(pair));
  console.print_json(ordered_json{{"plate", output.empty() ? ordered_json() : ordered_json(output)},
                                  {"a", request.a.name},
                                  {"b", request.b.name},
                                  {"verdict", verdict_sentence(pair)},
                                  {"remark", remark_of(pair)}});
  return 0;
}

}  // namespace

Verb plate_verb() {
  return {"plate", kPlateSummary, [](CLI::App& app) -> Action {
            const auto flags = std::make_shared<Flags>();
            flags->pair.add_to(app);
            app.add_option("-o,--out", flags->output,
                           "Plate to write: .png, .svg or .pdf (default: A-B.png here)")
                ->type_name("FILE")
                ->group("Output");
            app.add_option("--width", flags->width,
                           "page: two columns, as wide as A4; phone: one column")
                ->check(CLI::IsMember({"page", "phone"}))
                ->capture_default_str()
                ->group("Output");
            app.add_option("--dots-per-inch", flags->dots_per_inch, "Of a PNG's page")
                ->check(CLI::Range(72.0, 600.0))
                ->capture_default_str()
                ->group("Output");
            app.add_option("--words", flags->words,
                           "Your words for a mark, in place of the generated ones and marked as a "
                           "person's; may be given several times")
                ->type_name("NUMBER=WORDS")
                ->allow_extra_args(false)
                ->group("Output");
            app.add_flag("--remark", flags->remark,
                         "Print three sentences for a comment on an identification; no plate is "
                         "drawn unless --out names one")
                ->group("Output");
            return [flags](Console& console) { return plate(console, *flags); };
          }};
}

}  // namespace differentia::cli

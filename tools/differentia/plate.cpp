// differentia plate NAME.atlas A B: the marks by which the model tells two taxa apart, as a page of
// a field guide; of many pairs, as a folder of pages or a book.

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "atlas/plate/draw_plate.h"
#include "atlas/plate/plate_markup.h"
#include "atlas/plate/plate_surface.h"
#include "atlas/plate/plate_words.h"
#include "base/error.h"
#include "tools/differentia/checks.h"
#include "tools/differentia/output_places.h"
#include "tools/differentia/pair_options.h"
#include "tools/differentia/plate_pairs.h"
#include "tools/differentia/plates.h"
#include "tools/differentia/taxon_label.h"
#include "tools/differentia/taxon_named.h"
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
  // Which pairs, and where to.
  std::string genus, pairs, html, book, title;
  std::string against_nearest;
  int rivals = 3;

  // More, or other, than one plate of one pair.
  bool several() const {
    return !genus.empty() || !pairs.empty() || !against_nearest.empty() || !html.empty() ||
           !book.empty();
  }
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

PlateOptions page_options(const Flags& flags) {
  PlateOptions options;
  options.words = words_of(flags.words);
  options.width = flags.width == "phone" ? PlateWidth::kPhone : PlateWidth::kPage;
  options.dots_per_inch = flags.dots_per_inch;
  return options;
}

int plate_of_pair(Console& console, const Flags& flags) {
  PlateOptions options = page_options(flags);
  // What can be refused is refused before the long work.
  if (!flags.output.empty()) {
    plate_format(flags.output);
    check_place(flags.output);
  }

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

// The pairs that are asked for, and what the book of them is called.
void find_pairs(const Flags& flags, PairRequest& request, PlatesOrder& order) {
  const store::Reader& atlas = request.atlas;
  const int ways = static_cast<int>(!flags.genus.empty()) + static_cast<int>(!flags.pairs.empty()) +
                   static_cast<int>(!flags.against_nearest.empty()) +
                   static_cast<int>(!flags.pair.a.empty());
  if (ways != 1)
    throw InputError(
        "Say which pairs in one way: A B, --genus NAME, --pairs FILE or --against-nearest A.");
  if (!flags.genus.empty()) {
    order.pairs = pairs_of_genus(atlas, flags.genus);
    const std::string& name = order.pairs.front().a.name;
    order.title = "The genus " + italic(escaped(name.substr(0, name.find_first_of(" _"))));
    return;
  }
  if (!flags.pairs.empty()) {
    order.pairs = pairs_of_file(atlas, flags.pairs);
    order.title = "Plates";
    return;
  }
  if (!flags.against_nearest.empty()) {
    const store::TaxonRecord a = taxon_named(atlas, flags.against_nearest);
    load_model(flags.pair, request);
    order.pairs = pairs_with_rivals(request, a, static_cast<std::size_t>(flags.rivals));
    order.taxon = a.name;
    order.title = name_markup(a.name) + " and its rivals";
    return;
  }
  if (flags.pair.b.empty())
    throw InputError("Two taxa are required: name A and B after the atlas.");
  const store::TaxonRecord a = taxon_named(atlas, flags.pair.a);
  const store::TaxonRecord b = taxon_named(atlas, flags.pair.b);
  if (a.id == b.id)
    throw InputError(fmt::format("Both '{}' and '{}' mean {}; name two different taxa.",
                                 flags.pair.a, flags.pair.b, a.name));
  order.pairs = {in_order(a, b)};
  order.title =
      name_markup(order.pairs.front().a.name) + " and " + name_markup(order.pairs.front().b.name);
}

int plates_of_pairs(Console& console, const Flags& flags) {
  PlatesOrder order;
  order.page = page_options(flags);
  order.words = order.page.words;
  order.html = flags.html;
  order.remark = flags.remark;
  order.book = flags.book;
  PairRequest request = atlas_request(flags.pair);
  find_pairs(flags, request, order);
  if (!flags.title.empty()) order.title = escaped(flags.title);
  if (flags.remark && order.pairs.size() > 1)
    throw InputError("--remark is of one pair: name it, A B.");
  if (!order.taxon.empty())
    order.species = flags.output;
  else if (!flags.output.empty())
    throw InputError(
        "--out is the plate of one pair, or the page of one taxon with "
        "--against-nearest; "
        "many pairs go to --html DIR or --book FILE.pdf.");
  if (order.html.empty() && order.book.empty() && order.species.empty()) {
    if (order.taxon.empty())
      throw InputError("Say where the plates go: --html DIR, --book FILE.pdf or both.");
    order.species = file_name_of(order.taxon) + ".pdf";
  }
  check_order(order);
  if (!request.model) load_model(flags.pair, request);
  return make_plates(request, order, console);
}

int plate(Console& console, const Flags& flags) {
  return flags.several() ? plates_of_pairs(console, flags) : plate_of_pair(console, flags);
}

}  // namespace

Verb plate_verb() {
  return {"plate", kPlateSummary, [](CLI::App& app) -> Action {
            const auto flags = std::make_shared<Flags>();
            flags->pair.add_to(app, false);
            app.add_option("-o,--out", flags->output,
                           "Plate to write: .png, .svg or .pdf (default: A-B.png here; with "
                           "--against-nearest A.pdf)")
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
            app.add_option("--against-nearest", flags->against_nearest,
                           "One taxon with the taxa that the model takes it for most often or "
                           "tells from it by least: without --html or --book one page of them all")
                ->type_name("A")
                ->group("Which pairs, in place of A B");
            app.add_option("--rivals", flags->rivals, "Of --against-nearest, how many")
                ->needs("--against-nearest")
                ->check(CLI::Range(1, 1000))
                ->capture_default_str()
                ->group("Which pairs, in place of A B");
            app.add_option("--genus", flags->genus,
                           "All pairs of the taxa whose scientific name begins with this word")
                ->type_name("NAME")
                ->group("Which pairs, in place of A B");
            app.add_option("--pairs", flags->pairs, "Two taxa a line, with a comma between them")
                ->type_name("FILE.csv")
                ->group("Which pairs, in place of A B");
            app.add_option("--html", flags->html,
                           "Folder of pages, one for each pair and each taxon, for any web host or "
                           "from a disk; earlier pages in it stay")
                ->type_name("DIR")
                ->group("Output");
            app.add_option("--book", flags->book,
                           "One PDF with contents, a page for each taxon, a plate for each pair, "
                           "and an index")
                ->type_name("FILE.pdf")
                ->group("Output");
            app.add_option("--title", flags->title,
                           "Of the book (default: the genus, the taxon or the pair)")
                ->needs("--book")
                ->type_name("TEXT")
                ->group("Output");
            return [flags](Console& console) { return plate(console, *flags); };
          }};
}

}  // namespace differentia::cli

#include "tools/differentia/compare_book.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "atlas/marks/book_mark.h"
#include "atlas/marks/words.h"
#include "base/error.h"
#include "tools/differentia/checks.h"
#include "tools/differentia/compared.h"

namespace differentia::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

const char* answer_name(BookAnswer answer) {
  return answer == BookAnswer::kUsed      ? "used"
         : answer == BookAnswer::kIgnored ? "ignored"
                                          : "undecided";
}

// "X,Y,WIDTH,HEIGHT", photo pixels.
Box box_of(const std::string& text, Size photo) {
  std::array<double, 4> values{};
  const char *at = text.data(), *end = text.data() + text.size();
  bool read = true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, values[i]);
    read = read && error == std::errc() &&
           (i + 1 < values.size() ? next < end && *next == ',' : next == end);
    if (!read) break;
    at = next + 1;
  }
  if (!read)
    throw InputError(fmt::format(
        "'{}' is no box; write its left, top, width and height in pixels: --box 120,80,60,40.",
        text));
  const Box box = clip({values[0], values[1], values[2], values[3]}, photo);
  if (!(values[2] > 0 && values[3] > 0 && box.width > 0 && box.height > 0))
    throw InputError(fmt::format("The box {} has nothing of the photo in it, which is {} × {}.",
                                 text, photo.width, photo.height));
  return box;
}

// The pair's photo of that name: its path in the atlas, the end of it, or the file itself.
void find_photo(const PairEvidence& pair, const std::string& name, const std::string& root,
                BookRegion& region) {
  int found = 0;
  std::error_code ignored;
  for (const Side side : {Side::kA, Side::kB}) {
    for (std::size_t i = 0; i < pair.side(side).photos.size(); ++i) {
      const std::string& path = pair.side(side).photos[i].record.path;
      const bool end = path.size() > name.size() &&
                       path.compare(path.size() - name.size(), name.size(), name) == 0 &&
                       path[path.size() - name.size() - 1] == '/';
      if (path != name && !end &&
          !(fs::equivalent(fs::path(root) / path, name, ignored) && !ignored))
        continue;
      ++found;
      region.side = side;
      region.photo = i;
    }
  }
  const std::string example = pair.sides[0].photos.front().record.path;
  if (found == 0)
    throw InputError(fmt::format(
        "'{}' is no photo of {} or {} whose whole grid the atlas keeps; name one that is, such as "
        "{}.",
        name, pair.sides[0].taxon.name, pair.sides[1].taxon.name, example));
  if (found > 1)
    throw InputError(fmt::format("'{}' may be {} photos of the pair; give more of the path, as {}.",
                                 name, found, example));
}

std::vector<Side> sides_of(const PairRequest& request, const BookFlags& flags,
                           const BookRegion& region) {
  if (flags.of.empty())
    return region.part.empty() ? std::vector<Side>{region.side}
                               : std::vector<Side>{Side::kA, Side::kB};
  const auto names = [&](const std::string& name) {
    const auto fold = [](std::string text) {
      std::transform(text.begin(), text.end(), text.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      return text;
    };
    return fold(name).find(fold(flags.of)) != std::string::npos;
  };
  const bool a = names(request.a.name), b = names(request.b.name);
  if (a == b)
    throw InputError(fmt::format("--of says whose mark it is: {} or {}, not '{}'.", request.a.name,
                                 request.b.name, flags.of));
  return {a ? Side::kA : Side::kB};
}

std::string interval(const Estimate& estimate) {
  return fmt::format("{} [{}, {}]", tenths(estimate.value), tenths(estimate.low),
                     tenths(estimate.high));
}

std::string evidence_text(const BookMark& mark, const BookEvidence& evidence) {
  const std::string& own = mark.taxon(evidence.mark.carrier).record.name;
  const std::string& rival = mark.taxon(other(evidence.mark.carrier)).record.name;
  std::string text = fmt::format("  {}: {}{}\n", own, answer_name(evidence.answer),
                                 evidence.why.empty() ? "" : ": " + evidence.why);
  if (!evidence.mark.words.text.empty()) text += fmt::format("     {}\n", evidence.mark.words.text);
  text += fmt::format("     found in {} of {} testing photos; the margin over {} is {:.1f}\n",
                      evidence.found.with, evidence.found.of, rival, evidence.margin);
  if (evidence.found.with == 0) return text;
  if (std::isfinite(evidence.exchange.value))
    text += fmt::format(
        "     given the look of {}'s, the margin falls by {}, by {} with that of another {}'s: {} "
        "is due to it; the model changes its mind on {} of {}\n",
        rival, interval(evidence.exchanged), interval(evidence.exchanged_own), own,
        interval(evidence.exchange), evidence.exchanged_changed_mind.with,
        evidence.exchanged_changed_mind.of);
  text += fmt::format("     covered, it falls by {}", interval(evidence.mark.removed));
  text +=
      std::isfinite(evidence.mark.elsewhere.value)
          ? fmt::format(", by {} when as much elsewhere is\n", interval(evidence.mark.elsewhere))
          : "; no other place of its size is there to cover\n";
  return text;
}

std::string headline(const BookMark& mark, const BookFlags& flags) {
  switch (mark.answer) {
    case BookAnswer::kUsed:
      return fmt::format("The book says {}, and the model uses it.", flags.name);
    case BookAnswer::kIgnored:
      return fmt::format("The book says {}; the model ignores it.", flags.name);
    case BookAnswer::kUndecided:
      break;
  }
  return fmt::format("The book says {}; whether the model uses it is undecided.", flags.name);
}

std::string book_text(const BookMark& mark, const BookFlags& flags) {
  std::string text = fmt::format("{} against {}. {}\n\n", mark.taxa[0].record.name,
                                 mark.taxa[1].record.name, headline(mark, flags));
  for (const BookEvidence& evidence : mark.evidence) text += evidence_text(mark, evidence);
  if (!mark.held_out)
    text +=
        "\nToo few photos are not marked `train`: the tests are on photos that the model may have "
        "been trained on.\n";
  text +=
      mark.answer == BookAnswer::kIgnored
          ? "\nThat the model ignores a mark does not make the mark wrong: it goes by something "
            "else."
          : "\nFalls are in logits, with 95 % intervals over observations. What the model uses "
            "need not be what tells the two apart in nature.";
  return text;
}

ordered_json estimate_json(const Estimate& estimate) {
  return {{"value", number_json(estimate.value)},
          {"low", number_json(estimate.low)},
          {"high", number_json(estimate.high)}};
}

ordered_json evidence_json(const BookMark& mark, const BookEvidence& evidence,
                           const store::Reader& atlas) {
  const Mark& found = evidence.mark;
  ordered_json places = ordered_json::array();
  for (const auto* list : {&found.sightings, &found.counterparts})
    for (const Sighting& each : *list)
      places.push_back(ordered_json{{"photo", atlas.photo(each.photo).path},
                                    {"testing", each.testing},
                                    {"box",
                                     {{"x", each.box.x},
                                      {"y", each.box.y},
                                      {"width", each.box.width},
                                      {"height", each.box.height}}},
                                    {"look", number_json(each.look)}});
  const bool exchange = std::isfinite(evidence.exchange.value),
             compared = std::isfinite(found.beyond.value);
  const ordered_json none = nullptr;
  return {{"taxon", mark.taxon(found.carrier).record.name},
          {"answer", answer_name(evidence.answer)},
          {"why", evidence.why},
          {"words", found.words.text},
          {"found", count_json(evidence.found)},
          {"seen", count_json(found.seen)},
          {"seen_other", count_json(found.seen_other)},
          {"margin", number_json(evidence.margin)},
          {"exchanged", exchange ? estimate_json(evidence.exchanged) : none},
          {"exchanged_own", exchange ? estimate_json(evidence.exchanged_own) : none},
          {"exchange", exchange ? estimate_json(evidence.exchange) : none},
          {"changed_mind_exchanged", count_json(evidence.exchanged_changed_mind)},
          {"removed", evidence.found.with > 0 ? estimate_json(found.removed) : none},
          {"elsewhere", compared ? estimate_json(found.elsewhere) : none},
          {"beyond", compared ? estimate_json(found.beyond) : none},
          {"changed_mind", count_json(found.changed_mind)},
          {"attribution", estimate_json(found.attribution)},
          {"p",
           {{"exchange", exchange ? ordered_json(evidence.exchange_p) : none},
            {"removal", compared ? ordered_json(evidence.removal_p) : none},
            {"attribution", evidence.attribution_p},
            {"difference", evidence.difference_p}}},
          {"places", places}};
}

}  // namespace

void BookFlags::add_to(CLI::App& app) {
  app.add_option("--book-mark", name,
                 "Test a mark of a field guide: the name of one of the photo set's parts, or your "
                 "words for what --box shows")
      ->type_name("NAME")
      ->check(not_empty())
      ->group("The book's mark");
  app.add_option("--box", box, "Where it is on one photo, in pixels")
      ->type_name("X,Y,WIDTH,HEIGHT")
      ->needs("--book-mark")
      ->group("The book's mark");
  app.add_option("--on", on, "That photo, one of the pair's in the atlas")
      ->type_name("PHOTO")
      ->needs("--box")
      ->group("The book's mark");
  app.get_option("--box")->needs("--on");
  app.add_option("--of", of,
                 "Whose photos it is tested on: A's or B's name (default: of a part both, of a box "
                 "those of its photo's taxon)")
      ->type_name("TAXON")
      ->needs("--book-mark")
      ->group("The book's mark");
}

int compare_book(Console& console, const PairFlags& pair_flags, const BookFlags& flags) {
  if (pair_flags.untested) throw InputError("The book's mark is a test: leave --untested out.");
  const PairRequest request = pair_request(pair_flags);
  PairEvidenceOptions gathering;
  gathering.seed = request.options.seed;
  gathering.threads = request.options.threads;
  const PairEvidence pair = pair_evidence(request.atlas, request.model, request.a.id, request.b.id,
                                          gathering, console.progress());
  BookRegion region;
  if (flags.box.empty()) {
    region.part = flags.name;
  } else {
    find_photo(pair, flags.on, request.options.photo_root, region);
    region.box = box_of(flags.box, pair.side(region.side).photos[region.photo].record.size);
  }
  BookMarkOptions options;
  options.photo_root = request.options.photo_root;
  options.threads = request.options.threads;
  options.seed = request.options.seed;
  BookMark mark = test_book_mark(pair, pair_space(pair), request.model, region,
                                 sides_of(request, flags, region), options, console.progress());
  WordsOptions words;
  words.photo_root = request.options.photo_root;
  words.threads = request.options.threads;
  for (BookEvidence& evidence : mark.evidence) {
    PairMarks one;
    one.taxa = mark.taxa;
    one.marks.push_back(evidence.mark);
    describe_marks(one, request.atlas, words);
    evidence.mark.words = one.marks[0].words;
  }
  console.end_progress();
  ordered_json evidence = ordered_json::array();
  for (const BookEvidence& one : mark.evidence)
    evidence.push_back(evidence_json(mark, one, request.atlas));
  console.print_json(ordered_json{{"a", request.a.name},
                                  {"b", request.b.name},
                                  {"book_mark", flags.name},
                                  {"answer", answer_name(mark.answer)},
                                  {"sentence", headline(mark, flags)},
                                  {"held_out", mark.held_out},
                                  {"evidence", evidence}});
  console.print(book_text(mark, flags));
  return 0;
}

}  // namespace differentia::cli

#include "tools/differentia/rivals.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "atlas/marks/confusions.h"
#include "atlas/marks/pair_evidence.h"
#include "atlas/marks/rivals.h"
#include "atlas/marks/rivals_marks.h"
#include "base/error.h"
#include "tools/differentia/checks.h"
#include "tools/differentia/compared.h"
#include "tools/differentia/taxon_named.h"

namespace differentia::cli {
namespace {

using nlohmann::ordered_json;

// A taxon and its nearest rivals, compared.
struct Answer {
  store::TaxonRecord taxon;
  bool held_out = true, tested = true;
  std::vector<NearRival> rivals;
  std::vector<store::TaxonRecord> records;  // the rivals'
  std::vector<PairMarks> pairs;             // the taxon as A
  RivalsMarks marks;
  std::vector<std::string> notes;  // sentences

  const std::string& name(std::size_t rival) const { return records[rival].name; }
};

std::string count_text(const Count& count) {
  return fmt::format("{} of {}", count.with, count.of);
}

std::vector<std::string> names_where(const Answer& answer, const SharedMark& mark, bool holds) {
  std::vector<std::string> names;
  for (const MarkAgainst& one : mark.against)
    if (one.holds == holds) names.push_back(answer.name(one.pair));
  return names;
}

std::string title_of(const Mark& mark) {
  const std::string own = own_words(mark);
  return own.empty() ? mark_name(mark) : own;
}

// "all 3", "both".
std::string all_of(std::size_t rivals) {
  return rivals == 2 ? "both" : fmt::format("all {}", rivals);
}

std::string rivals_text(const Answer& answer) {
  const std::string& name = answer.taxon.name;
  std::string text = fmt::format(
      "{} against its nearest {}\n", name,
      answer.rivals.size() == 1 ? "rival" : fmt::format("{} rivals", answer.rivals.size()));
  for (std::size_t r = 0; r < answer.rivals.size(); ++r) {
    const NearRival& rival = answer.rivals[r];
    text += fmt::format("  {}: ", answer.name(r));
    text +=
        rival.confused()
            ? fmt::format("the model names {} {} so, and {} the other way; mean margin {:.1f}\n",
                          count_text(rival.named), name, count_text(rival.named_back), rival.margin)
            : fmt::format("never confused; mean margin {:.1f}\n", rival.margin);
    if (!answer.pairs[r].verdict.empty()) text += "    " + answer.pairs[r].verdict + "\n";
  }
  text += fmt::format(
      "Nearest are those that the model confuses it with, in two photos or more{}; then those "
      "whose "
      "logit comes nearest to its own.\n",
      answer.held_out ? " not marked train" : " (all are marked train)");
  return text;
}

std::string worth_text(double strength) {
  return fmt::format("worth {:.0f} % of the margin", 100 * strength);
}

// A mark that holds against one rival.
std::string alone_text(const Answer& answer, const SharedMark& mark, int number) {
  const auto one = std::find_if(mark.against.begin(), mark.against.end(),
                                [](const MarkAgainst& against) { return against.holds; });
  const std::string& rival = answer.name(one->pair);
  return fmt::format("  {}. {}: {}\n     seen in {} {}, {} {}\n     {}{}\n", number, rival,
                     mark_name(*one->mark), count_text(mark.seen), answer.taxon.name,
                     count_text(mark.seen_other), rival,
                     answer.tested ? fmt::format("tested: covered, the model changes its mind on "
                                                 "{}; ",
                                                 count_text(mark.changed_mind))
                                   : "",
                     worth_text(mark.strength));
}

std::string several_text(const Answer& answer, const SharedMark& mark, int number) {
  std::string text = fmt::format(
      "  {}. {}\n     seen in {} {} or more, {} of the rivals together\n     {}{} or more\n",
      number, title_of(*mark.strongest), count_text(mark.seen), answer.taxon.name,
      count_text(mark.seen_other),
      answer.tested ? fmt::format("tested: covered, the model changes its mind on {} or more; ",
                                  count_text(mark.changed_mind))
                    : "",
      worth_text(mark.strength));
  for (const MarkAgainst& one : mark.against)
    if (one.holds)
      text += fmt::format("     {}: {}\n", answer.name(one.pair), mark_name(*one.mark));
  return text;
}

// The marks that hold against `least` to `most` rivals, under their heading; empty where there are
// none.
std::string group_text(const Answer& answer, const std::vector<SharedMark>& marks,
                       const std::string& heading, int least, int most, int& number) {
  std::string text;
  for (const SharedMark& mark : marks) {
    if (mark.holds < least || mark.holds > most) continue;
    ++number;
    text += mark.holds > 1 ? several_text(answer, mark, number) : alone_text(answer, mark, number);
    const auto unshown = names_where(answer, mark, false);
    if (!unshown.empty())
      text += fmt::format("     also found against {}, where {}\n", fmt::join(unshown, ", "),
                          answer.tested ? "the test does not show it" : "it may be chance");
  }
  return text.empty() ? "" : "\n" + heading + "\n" + text;
}

std::string not_shown_text(const Answer& answer) {
  std::vector<std::string> names;
  for (const SharedMark& mark : answer.marks.marks)
    if (mark.holds == 0)
      names.push_back(fmt::format("{} (against {})", title_of(*mark.strongest),
                                  fmt::join(names_where(answer, mark, false), ", ")));
  if (names.empty()) return "";
  return fmt::format("\nFound, but {}, and so not counted: {}.\n",
                     answer.tested ? "shown by no test" : "perhaps by chance",
                     fmt::join(names, "; "));
}

std::string absent_text(const Answer& answer) {
  std::string text;
  for (std::size_t r = 0; r < answer.rivals.size(); ++r)
    for (const Mark* mark : answer.marks.absent[r])
      text += fmt::format("  {}: {}; seen in {} {}, {} {}\n", answer.name(r), mark_name(*mark),
                          count_text(mark->seen), answer.name(r), count_text(mark->seen_other),
                          answer.taxon.name);
  if (text.empty()) return "";
  return fmt::format("\nWhat the rivals have, and {} is told by lacking:\n", answer.taxon.name) +
         text;
}

std::string answer_text(const Answer& answer) {
  const auto all = static_cast<int>(answer.rivals.size());
  std::string text = rivals_text(answer);
  int number = 0;
  if (all > 1) {
    const std::string diagnostic =
        group_text(answer, answer.marks.marks,
                   fmt::format("Against {}, diagnostic among them:", all_of(answer.rivals.size())),
                   all, all, number);
    text += diagnostic.empty() ? fmt::format("\nNo mark of {} holds against {}.\n",
                                             answer.taxon.name, all_of(answer.rivals.size()))
                               : diagnostic;
    text += group_text(answer, answer.marks.marks, "Against some:", 2, all - 1, number);
    text += group_text(answer, answer.marks.marks, "Against one alone:", 1, 1, number);
  } else {
    const std::string only = group_text(answer, answer.marks.marks, "Its marks:", 1, 1, number);
    text += only.empty() ? fmt::format("\nNo mark of {} holds.\n", answer.taxon.name) : only;
  }
  text += not_shown_text(answer);
  text += absent_text(answer);
  int cue = 0;
  text += group_text(answer, answer.marks.context, "Also used, not on the organism:", 1, all, cue);
  for (const std::string& note : answer.notes) text += "\n" + note;
  if (!answer.notes.empty()) text += "\n";
  if (!answer.tested)
    text +=
        "\nNothing was tested by removal: marks hold where their looks differ and they move the "
        "model.\n";
  return text +
         "\nWhat this shows is what the model goes by, not that it is right to: look in a field "
         "guide, too.";
}

ordered_json shared_json(const Answer& answer, const SharedMark& mark) {
  ordered_json against = ordered_json::array();
  for (const MarkAgainst& one : mark.against)
    against.push_back(ordered_json{{"rival", answer.name(one.pair)},
                                   {"number", one.mark->number},
                                   {"status", status_name(one.mark->status)},
                                   {"holds", one.holds},
                                   {"words", one.mark->words.text},
                                   {"strength", one.mark->strength}});
  return {{"words", own_words(*mark.strongest)},
          {"part", mark.strongest->words.part},
          {"where", mark.strongest->words.where},
          {"holds", mark.holds},
          {"seen", count_json(mark.seen)},
          {"seen_other", count_json(mark.seen_other)},
          {"changed_mind", count_json(mark.changed_mind)},
          {"strength", mark.strength},
          {"against", against}};
}

ordered_json answer_json(const Answer& answer, const store::Reader& atlas) {
  ordered_json rivals = ordered_json::array(), marks = ordered_json::array(),
               context = ordered_json::array();
  for (std::size_t r = 0; r < answer.rivals.size(); ++r) {
    const NearRival& rival = answer.rivals[r];
    ordered_json absent = ordered_json::array();
    for (const Mark* mark : answer.marks.absent[r]) absent.push_back(mark->number);
    rivals.push_back(ordered_json{{"name", answer.name(r)},
                                  {"named", count_json(rival.named)},
                                  {"named_back", count_json(rival.named_back)},
                                  {"at_least", rival.at_least},
                                  {"margin", rival.margin},
                                  {"absent", absent},
                                  {"compared", pair_json(answer.pairs[r], atlas)}});
  }
  for (const SharedMark& mark : answer.marks.marks) marks.push_back(shared_json(answer, mark));
  for (const SharedMark& mark : answer.marks.context) context.push_back(shared_json(answer, mark));
  return {{"taxon", answer.taxon.name},
          {"held_out", answer.held_out},
          {"tested", answer.tested},
          {"rivals", rivals},
          {"marks", marks},
          {"context", context},
          {"notes", answer.notes}};
}

// The nearest that can be compared; those before them that cannot are noted.
void choose_rivals(const PairRequest& request, int most, Answer& answer) {
  const std::vector<store::TaxonRecord> taxa = request.atlas.taxa();
  const std::vector<store::NamedPhotos> named = store::named_photos(request.atlas);
  answer.held_out = counts_held_out(named);
  const auto logits = mean_logits_of(request.atlas, request.model, answer.taxon.id);
  for (const NearRival& rival : nearest_rivals(taxa, named, answer.taxon.id, logits)) {
    if (static_cast<int>(answer.rivals.size()) == most) break;
    const store::TaxonRecord& record = taxa[static_cast<std::size_t>(rival.taxon)];
    if (request.atlas.grid_photos(rival.taxon).empty()) {
      answer.notes.push_back(fmt::format(
          "{} is as near, but the atlas keeps no whole grids of it: it is left out.", record.name));
      continue;
    }
    answer.rivals.push_back(rival);
    answer.records.push_back(record);
  }
  if (answer.rivals.empty())
    throw InputError(fmt::format(
        "The atlas has no other taxon to compare {} with: none that the model has another output "
        "for and whose whole grids are kept.",
        answer.taxon.name));
}

// What the pairs note: once where all do, else with the rivals' names.
void gather_notes(Answer& answer) {
  std::vector<std::string> noted;
  for (const PairMarks& pair : answer.pairs)
    for (const std::string& note : pair.notes)
      if (std::find(noted.begin(), noted.end(), note) == noted.end()) noted.push_back(note);
  for (const std::string& note : noted) {
    std::vector<std::string> rivals;
    for (std::size_t r = 0; r < answer.pairs.size(); ++r) {
      const auto& notes = answer.pairs[r].notes;
      if (std::find(notes.begin(), notes.end(), note) != notes.end())
        rivals.push_back(answer.name(r));
    }
    answer.notes.push_back(rivals.size() == answer.pairs.size()
                               ? note
                               : fmt::format("Against {}: {}", fmt::join(rivals, " and "), note));
  }
}

}  // namespace

void RivalFlags::add_to(CLI::App& app) {
  CLI::Option* nearest =
      app.add_option("--against-nearest", taxon,
                     "Compare this taxon with its nearest rivals: which marks hold against all of "
                     "them, some, one")
          ->type_name("A")
          ->check(not_empty())
          ->group("Which pairs");
  app.add_option("--rivals", rivals, "With --against-nearest: so many, some ten seconds each")
      ->check(at_least(1))
      ->type_name("N")
      ->capture_default_str()
      ->needs(nearest)
      ->group("Which pairs");
}

int against_nearest(Console& console, const PairFlags& pair, const RivalFlags& flags) {
  PairRequest request = atlas_request(pair);
  Answer answer;
  answer.taxon = taxon_named(request.atlas, flags.taxon);
  require_comparable(request.atlas, answer.taxon);
  answer.tested = request.options.test;
  load_model(pair, request);
  choose_rivals(request, flags.rivals, answer);
  request.a = answer.taxon;
  for (std::size_t r = 0; r < answer.rivals.size(); ++r) {
    request.b = answer.records[r];
    console.remark(fmt::format("Comparing {} with {} ({} of {}).", request.a.name, request.b.name,
                               r + 1, answer.rivals.size()));
    answer.pairs.push_back(compared(request, console));
  }
  gather_notes(answer);
  answer.marks = marks_against_rivals(answer.pairs);
  if (console.json())
    console.print_json(answer_json(answer, request.atlas));
  else
    console.print(answer_text(answer));
  return 0;
}

}  // namespace differentia::cli

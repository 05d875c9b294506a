#include "tools/differentia/confusions.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "atlas/marks/confusions.h"
#include "atlas/marks/pair_evidence.h"
#include "atlas/store/derived.h"
#include "base/error.h"
#include "tools/differentia/checks.h"
#include "tools/differentia/compared.h"
#include "tools/differentia/keep_pair.h"

namespace differentia::cli {
namespace {

using nlohmann::ordered_json;

// What is printed: the atlas's confusions, and the first pairs' marks where they were asked for.
struct Listed {
  Confusions found;
  std::vector<store::TaxonRecord> taxa;
  std::vector<std::string> labels;
  std::map<std::size_t, PairMarks> compared;  // by index of found.pairs

  const std::string& name(std::int32_t taxon) const {
    return taxa.at(static_cast<std::size_t>(taxon)).name;
  }
  const std::string& name(const ConfusedPair& pair, std::size_t which) const {
    return name(pair.taxa[which]);
  }
  std::string label(std::int32_t output) const {
    const auto at = static_cast<std::size_t>(output);
    return output >= 0 && at < labels.size() ? labels[at] : fmt::format("output {}", output);
  }
};

ShownMarks shown_marks(const store::Reader& atlas) {
  ShownMarks shown;
  for (const store::PairSummary& pair :
       store::kept_pairs(store::derived_path(atlas.path()), atlas.hash())) {
    const auto [a, b] = std::minmax(pair.key.taxon_a, pair.key.taxon_b);
    if (pair.tested) shown[{a, b}] = pair.shown;
  }
  return shown;
}

std::string count_text(const Count& count) {
  return count.of > 0 ? fmt::format("{} of {}", count.with, count.of) : "–";
}

std::string margin_text(double margin) {
  return std::isfinite(margin) ? fmt::format("{:.1f}", margin) : "–";
}

std::string photos_text(std::int64_t photos, bool held_out) {
  return fmt::format("{} photo{}{}", photos, photos == 1 ? "" : "s",
                     held_out ? " not marked train" : "");
}

// Said before the table.
std::string heading(const Listed& listed) {
  const Confusions& found = listed.found;
  if (listed.taxa.size() < 2) return "The atlas holds one taxon: there is no pair to confuse.\n";
  std::string text;
  if (!found.held_out && found.photos > 0)
    text +=
        "Every photo is marked train: the model may have been trained on what is counted here, and "
        "confuse other photos more often.\n";
  if (found.photos == 0)
    return text + "No photo of a taxon that the model has an output for: nothing can be said.\n";
  if (found.wrong == 0)
    return text + fmt::format("The model confuses nothing: of {} it names every one rightly.\n",
                              photos_text(found.photos, found.held_out));
  text += fmt::format("Of {} the model names {} wrongly", photos_text(found.photos, found.held_out),
                      found.wrong);
  if (found.strangers > 0)
    text += fmt::format(", {} of them as what no taxon of this atlas is", found.strangers);
  text += fmt::format("; it confuses {} pair{}.\n", found.confused, found.confused == 1 ? "" : "s");
  return text;
}

// Characters of UTF-8.
std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string table(const Listed& listed) {
  std::size_t first = 0, second = 0;
  for (const ConfusedPair& pair : listed.found.pairs) {
    first = std::max(first, characters(listed.name(pair, 0)));
    second = std::max(second, characters(listed.name(pair, 1)));
  }
  const auto row = [&](const std::string& number, const std::string& a, const std::string& b,
                       const std::string& a_as_b, const std::string& b_as_a,
                       const std::string& margin, const std::string& marks) {
    return fmt::format("{:>4}  {:<{}}  {:<{}}  {:>12}  {:>12}  {:>11}  {:>12}\n", number, a, first,
                       b, second, a_as_b, b_as_a, margin, marks);
  };
  std::string text = row("", "A", "B", "A named B", "B named A", "least margin", "marks shown");
  bool near = false;
  for (std::size_t i = 0; i < listed.found.pairs.size(); ++i) {
    const ConfusedPair& pair = listed.found.pairs[i];
    if (!pair.confused() && !near) {
      near = true;
      if (i > 0) text += "Not confused; the model comes nearest to it with:\n";
    }
    text +=
        row(fmt::format("{}.", i + 1), listed.name(pair, 0), listed.name(pair, 1),
            count_text(pair.named[0]), count_text(pair.named[1]), margin_text(pair.least_margin()),
            pair.marks < 0 ? "not compared" : std::to_string(pair.marks));
  }
  return text;
}

// Said after it.
std::string remarks(const Listed& listed, const std::string& atlas) {
  const Confusions& found = listed.found;
  std::string text;
  for (const TaxonWithoutOutput& taxon : found.without_output)
    text += fmt::format(
        "The model has no output for {}, which cannot be compared{}.\n", listed.name(taxon.taxon),
        taxon.named.of > 0 ? fmt::format(": it names its photos {} most often ({})",
                                         listed.label(taxon.named_as), count_text(taxon.named))
                           : "");
  for (const auto& [one, two] : found.one_output)
    text += fmt::format("{} and {} are one output of the model, which cannot tell them apart.\n",
                        listed.name(one), listed.name(two));
  constexpr std::size_t kNamed = 5;
  if (!found.uncounted.empty()) {
    std::vector<std::string> names;
    for (const std::int32_t taxon : found.uncounted)
      if (names.size() < kNamed) names.push_back(listed.name(taxon));
    text += fmt::format("No photo{} of {}{}: how often it is confused is not known.\n",
                        found.held_out ? " not marked train" : "", fmt::join(names, ", "),
                        found.uncounted.size() > kNamed
                            ? fmt::format(" and {} more taxa", found.uncounted.size() - kNamed)
                            : "");
  }
  if (found.pairs.empty()) return text;
  text +=
      "Pairs confused most often come first (by the lower end of the 95 % interval, so that few "
      "photos count for little), then those with the fewest marks shown by a test. Margin: the own "
      "logit less the other's, on average, for the taxon where it is less; – where the atlas has "
      "not kept it.\n";
  if (listed.compared.empty())
    text += fmt::format(
        "What tells the first pair apart: differentia compare {} '{}' '{}'. Several at once: "
        "--compare-first N.\n",
        atlas, listed.name(found.pairs[0], 0), listed.name(found.pairs[0], 1));
  return text;
}

std::string brief(const PairMarks& marks) {
  const std::string &a = marks.taxa[0].record.name, &b = marks.taxa[1].record.name;
  std::string text = fmt::format("\n{} against {}: ", a, b);
  std::vector<const Mark*> shown;
  for (const auto* list : {&marks.marks, &marks.context})
    for (const Mark& mark : *list)
      if (mark.status == MarkStatus::kTested || mark.status == MarkStatus::kUntested)
        shown.push_back(&mark);
  if (!marks.verdict.empty()) text += marks.verdict;
  const char* how = marks.tested ? "shown by removal" : "found, not tested";
  if (marks.verdict.empty() || !shown.empty())
    text += fmt::format("{}{} mark{} {}.", marks.verdict.empty() ? "" : " ", shown.size(),
                        shown.size() == 1 ? "" : "s", how);
  text += "\n";
  for (const Mark* mark : shown) {
    const std::string &carrier = marks.taxon(mark->carrier).record.name,
                      &rival = marks.taxon(other(mark->carrier)).record.name;
    text += fmt::format("  {}: {}; seen in {} {}, {} {}{}\n", carrier, mark_name(*mark),
                        count_text(mark->seen), carrier, count_text(mark->seen_other), rival,
                        mark->on_subject ? "" : " (not on the organism)");
  }
  return text;
}

ordered_json names_json(const Listed& listed, const std::vector<std::int32_t>& taxa) {
  ordered_json names = ordered_json::array();
  for (const std::int32_t taxon : taxa) names.push_back(listed.name(taxon));
  return names;
}

ordered_json listed_json(const Listed& listed, const store::Reader& atlas) {
  const Confusions& found = listed.found;
  ordered_json pairs = ordered_json::array(), without = ordered_json::array(),
               one_output = ordered_json::array();
  for (std::size_t i = 0; i < found.pairs.size(); ++i) {
    const ConfusedPair& pair = found.pairs[i];
    ordered_json row{
        {"a", listed.name(pair, 0)},
        {"b", listed.name(pair, 1)},
        {"a_named_b", count_json(pair.named[0])},
        {"b_named_a", count_json(pair.named[1])},
        {"at_least", pair.at_least},
        {"margin_a", number_json(pair.margin[0])},
        {"margin_b", number_json(pair.margin[1])},
        {"marks_shown", pair.marks < 0 ? ordered_json(nullptr) : ordered_json(pair.marks)}};
    const auto compared = listed.compared.find(i);
    if (compared != listed.compared.end()) row["compared"] = pair_json(compared->second, atlas);
    pairs.push_back(std::move(row));
  }
  for (const TaxonWithoutOutput& taxon : found.without_output)
    without.push_back(
        ordered_json{{"taxon", listed.name(taxon.taxon)},
                     {"named", taxon.named.of > 0 ? ordered_json(listed.label(taxon.named_as))
                                                  : ordered_json(nullptr)},
                     {"photos", count_json(taxon.named)}});
  for (const auto& [one, two] : found.one_output)
    one_output.push_back(ordered_json::array({listed.name(one), listed.name(two)}));
  return {{"held_out", found.held_out},
          {"photos", found.photos},
          {"wrong", found.wrong},
          {"strangers", found.strangers},
          {"confused", found.confused},
          {"pairs", pairs},
          {"without_output", without},
          {"one_output", one_output},
          {"uncounted", names_json(listed, found.uncounted)}};
}

}  // namespace

void ConfusionFlags::add_to(CLI::App& app) {
  CLI::Option* listing =
      app.add_flag("--confusions", asked,
                   "List the pairs that the model confuses, most often first, and those that it "
                   "comes nearest to confusing, with how many marks their comparisons have shown")
          ->group("Which pairs");
  app.add_option("--most", most, "With --confusions: pairs that are listed")
      ->check(at_least(1))
      ->type_name("N")
      ->capture_default_str()
      ->needs(listing)
      ->group("Which pairs");
  app.add_option("--compare-first", compare_first,
                 "With --confusions: also compare so many of the first pairs now")
      ->check(at_least(0))
      ->type_name("N")
      ->capture_default_str()
      ->needs(listing)
      ->group("Which pairs");
}

int list_confusions(Console& console, const PairFlags& pair, const ConfusionFlags& flags) {
  PairRequest request = atlas_request(pair);
  Listed listed;
  listed.taxa = request.atlas.taxa();
  listed.labels = request.atlas.labels();
  listed.found = confusions_of(request.atlas, shown_marks(request.atlas),
                               static_cast<std::size_t>(flags.most));
  const auto first =
      std::min(listed.found.pairs.size(), static_cast<std::size_t>(flags.compare_first));
  if (first > 0) load_model(pair, request);
  for (std::size_t i = 0; i < first; ++i) {
    ConfusedPair& one = listed.found.pairs[i];
    request.a = listed.taxa[static_cast<std::size_t>(one.taxa[0])];
    request.b = listed.taxa[static_cast<std::size_t>(one.taxa[1])];
    const std::string step =
        fmt::format("{} with {} ({} of {})", request.a.name, request.b.name, i + 1, first);
    try {
      require_comparable(request.atlas, request.a);
      require_comparable(request.atlas, request.b);
    } catch (const InputError& error) {
      console.remark(fmt::format("Left out: {}. {}", step, error.what()));
      continue;
    }
    console.remark(fmt::format("Comparing {}.", step));
    const PairMarks& marks = listed.compared[i] = compared(request, console);
    if (request.options.test) one.marks = tested_marks(marks);
  }
  if (console.json()) {
    console.print_json(listed_json(listed, request.atlas));
    return 0;
  }
  std::string text = heading(listed);
  if (!listed.found.pairs.empty()) text += "\n" + table(listed);
  const std::string after = remarks(listed, pair.atlas);
  if (!after.empty()) text += "\n" + after;
  for (const auto& [i, marks] : listed.compared) text += brief(marks);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  console.print(text);
  return 0;
}

}  // namespace differentia::cli

#include "tools/differentia/compared.h"

#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace differentia::cli {
namespace {

using nlohmann::ordered_json;

ordered_json estimate_json(const Estimate& estimate) {
  return {{"value", number_json(estimate.value)},
          {"low", number_json(estimate.low)},
          {"high", number_json(estimate.high)}};
}

ordered_json sightings_json(const std::vector<Sighting>& sightings, const store::Reader& atlas) {
  ordered_json list = ordered_json::array();
  for (const Sighting& each : sightings)
    list.push_back(ordered_json{
        {"photo", atlas.photo(each.photo).path},
        {"testing", each.testing},
        {"place", {{"x", each.place.x}, {"y", each.place.y}, {"from_pixels", each.refined}}},
        {"box",
         {{"x", each.box.x},
          {"y", each.box.y},
          {"width", each.box.width},
          {"height", each.box.height}}},
        {"attribution", each.attribution},
        {"look", each.look}});
  return list;
}

ordered_json mark_json(const Mark& mark, const PairMarks& marks, const store::Reader& atlas) {
  const bool tested = mark.status == MarkStatus::kTested || mark.status == MarkStatus::kNotShown;
  return {
      {"number", mark.number},
      {"carrier", marks.taxon(mark.carrier).record.name},
      {"kind", mark.kind == MarkKind::kPresence ? "presence" : "state"},
      {"status", status_name(mark.status)},
      {"why", mark.why},
      {"words", mark.words.text},
      {"part", mark.words.part},
      {"where", mark.words.where},
      {"colour", mark.words.colour},
      {"colour_other", mark.words.other_colour},
      {"pattern", mark.words.pattern},
      {"pattern_other", mark.words.other_pattern},
      {"lighter",
       mark.words.text.empty() ? ordered_json(nullptr) : number_json(mark.words.lightness)},
      {"larger", mark.words.text.empty() ? ordered_json(nullptr) : number_json(mark.words.size)},
      {"strength", mark.strength},
      {"seen", count_json(mark.seen)},
      {"seen_other", count_json(mark.seen_other)},
      {"changed_mind", count_json(mark.changed_mind)},
      {"subject_share", number_json(mark.subject_share)},
      {"place", {{"x", number_json(mark.place_x)}, {"y", number_json(mark.place_y)}}},
      {"attribution", estimate_json(mark.attribution)},
      {"attribution_other", estimate_json(mark.attribution_other)},
      {"removed", tested ? estimate_json(mark.removed) : ordered_json(nullptr)},
      {"elsewhere", tested ? estimate_json(mark.elsewhere) : ordered_json(nullptr)},
      {"beyond", tested ? estimate_json(mark.beyond) : ordered_json(nullptr)},
      {"exchanged", mark.exchanged},
      {"q",
       {{"difference", mark.difference_q},
        {"attribution", mark.attribution_q},
        {"removal", tested ? ordered_json(mark.removal_q) : ordered_json(nullptr)}}},
      {"merged", mark.merged},
      {"forms", mark.forms},
      {"flags", mark.flags},
      {"sightings", sightings_json(mark.sightings, atlas)},
      {"counterparts", sightings_json(mark.counterparts, atlas)}};
}

ordered_json taxon_json(const PairTaxon& taxon) {
  return {{"name", taxon.record.name},
          {"photos", taxon.photos},
          {"testing", taxon.testing},
          {"told_apart", count_json(taxon.told)},
          {"named_as_the_other", count_json(taxon.confused)},
          {"margin", number_json(taxon.margin)}};
}

// Where on the subject, from its place in the bounding box.
std::string where_text(const Mark& mark) {
  if (!std::isfinite(mark.place_y)) return "";
  const char* height = mark.place_y < 0.34 ? "top" : mark.place_y < 0.67 ? "middle" : "bottom";
  const char* across = mark.place_x < 0.67 ? "middle" : "end";
  if (std::string(height) == across) return ", in the middle";
  return fmt::format(", at the {} ({})", height, across);
}

std::string status_text(const Mark& mark) {
  switch (mark.status) {
    case MarkStatus::kUntested:
      return "not tested by removal";
    case MarkStatus::kTested:
      return fmt::format(
          "tested: covered, the model changes its mind on {} of {} (the margin falls by {}, by {} "
          "when another place is covered)",
          mark.changed_mind.with, mark.changed_mind.of, tenths(mark.removed.value),
          tenths(mark.elsewhere.value));
    case MarkStatus::kNotShown:
      return fmt::format(
          "NOT SHOWN: covering it moves the margin by {}, another place by {}; that may be "
          "chance, or is too little to matter",
          tenths(mark.removed.value), tenths(mark.elsewhere.value));
    case MarkStatus::kNotTestable:
      return "not testable: " + mark.why;
  }
  return "";
}

std::string mark_text(const Mark& mark, const PairMarks& marks) {
  const std::string& carrier = marks.taxon(mark.carrier).record.name;
  const std::string& rival = marks.taxon(other(mark.carrier)).record.name;
  std::string text =
      fmt::format("  {}. {}: {}\n     seen in {} of {} {}, {} of {} {}\n     {}\n", mark.number,
                  carrier, mark_name(mark), mark.seen.with, mark.seen.of, carrier,
                  mark.seen_other.with, mark.seen_other.of, rival, status_text(mark));
  if (!mark.forms.empty()) text += fmt::format("     mostly in: {}\n", fmt::join(mark.forms, ", "));
  for (const std::string& flag : mark.flags) text += "     " + flag + "\n";
  return text;
}

}  // namespace

std::string mark_name(const Mark& mark) {
  if (!mark.words.text.empty()) return mark.words.text;
  return std::string(mark.kind == MarkKind::kPresence ? "a mark of its own"
                                                      : "a part that looks different") +
         where_text(mark);
}

const char* status_name(MarkStatus status) {
  switch (status) {
    case MarkStatus::kUntested:
      return "untested";
    case MarkStatus::kTested:
      return "tested";
    case MarkStatus::kNotShown:
      return "not shown";
    case MarkStatus::kNotTestable:
      return "not testable";
  }
  return "";
}

std::string tenths(double value) {
  return fmt::format("{:.1f}", std::abs(value) < 0.05 ? 0 : value);
}

ordered_json number_json(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

ordered_json count_json(const Count& count) {
  return {{"with", count.with}, {"of", count.of}};
}

ordered_json pair_json(const PairMarks& marks, const store::Reader& atlas) {
  ordered_json list = ordered_json::array(), context = ordered_json::array();
  for (const Mark& mark : marks.marks) list.push_back(mark_json(mark, marks, atlas));
  for (const Mark& mark : marks.context) context.push_back(mark_json(mark, marks, atlas));
  return {{"a", taxon_json(marks.taxa[0])},
          {"b", taxon_json(marks.taxa[1])},
          {"verdict", marks.verdict},
          {"tested", marks.tested},
          {"held_out", marks.held_out},
          {"masked", marks.masked},
          {"marks", list},
          {"context", context},
          {"decided", count_json(marks.decided)},
          {"notes", marks.notes}};
}

std::string pair_text(const PairMarks& marks) {
  const PairTaxon &a = marks.taxa[0], &b = marks.taxa[1];
  std::string text;
  if (!marks.verdict.empty()) text += marks.verdict + "\n\n";
  text += fmt::format("{} against {}: marks the model uses\n", a.record.name, b.record.name);
  text += fmt::format(
      "On photos that no mark was found in, it tells {} of {} {} from {}, and {} of {} the other "
      "way.\n",
      a.told.with, a.told.of, a.record.name, b.record.name, b.told.with, b.told.of);
  if (marks.decided.of > 0)
    text += fmt::format("The marks alone decide {} of {}.\n", marks.decided.with, marks.decided.of);
  text += "\n";
  for (const Mark& mark : marks.marks) text += mark_text(mark, marks);
  if (marks.marks.empty()) text += "  No mark on the organism.\n";
  if (!marks.context.empty()) {
    text += "\nAlso used, not on the organism:\n";
    for (const Mark& mark : marks.context) text += mark_text(mark, marks);
  }
  for (const std::string& note : marks.notes) text += "\n" + note;
  if (!marks.notes.empty()) text += "\n";
  text +=
      "\nWhat this shows is what the model goes by, not that it is right to: look in a field "
      "guide, too.";
  return text;
}

}  // namespace differentia::cli

#include "atlas/plate/plate_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atlas/plate/plate_markup.h"
#include "atlas/plate/plate_pictures.h"

namespace differentia {
namespace {

std::string number_word(std::size_t number) {
  static const std::array<const char*, 10> kWords{"no",   "one", "two",   "three", "four",
                                                  "five", "six", "seven", "eight", "nine"};
  return number < kWords.size() ? kWords[number] : std::to_string(number);
}

std::string name_of(const PairMarks& pair, Side side) {
  return short_name(pair.taxon(side).record.name, pair.taxon(other(side)).record.name);
}

// "breast", "lower part"; empty where nothing is known.
std::string where_of(const Mark& mark) {
  if (!mark.words.part.empty()) return mark.words.part;
  if (!mark.words.where.empty()) return mark.words.where;
  if (!mark.on_subject || !std::isfinite(mark.place_y)) return "";
  if (mark.place_y < 1.0 / 3) return "upper part";
  return mark.place_y > 2.0 / 3 ? "lower part" : "middle";
}

}  // namespace

std::string short_name(const std::string& name, const std::string& beside) {
  const auto genus = name.find(' ');
  if (!is_binomial(name) || beside.compare(0, genus + 1, name, 0, genus + 1) != 0) return name;
  // A genus may begin with a letter of several bytes.
  std::size_t letter = 1;
  while (letter < genus && (static_cast<unsigned char>(name[letter]) & 0xC0) == 0x80) ++letter;
  return name.substr(0, letter) + "." + name.substr(genus);
}

bool is_binomial(const std::string& name) {
  const auto space = name.find(' ');
  if (space == std::string::npos || space == 0 || space + 1 >= name.size()) return false;
  const auto letter = [&](std::size_t i) { return static_cast<unsigned char>(name[i]); };
  if (letter(0) < 0x80 && !std::isupper(letter(0))) return false;
  for (std::size_t i = 1; i < name.size(); ++i) {
    if (i == space || letter(i) >= 0x80 || name[i] == '-') continue;
    if (!std::islower(letter(i)) && name[i] != ' ') return false;
  }
  return true;
}

std::string told_sentence(const PairMarks& pair) {
  const Count &a = pair.taxa[0].told, &b = pair.taxa[1].told;
  if (a.of == 0 && b.of == 0) return "";
  const auto part = [&](Side side) {
    const Count& told = pair.taxon(side).told;
    return fmt::format("{} of {} {}", told.with, told.of, name_of(pair, side));
  };
  return fmt::format("On photos not used here the model tells the two apart in {} and {}.{}",
                     part(Side::kA), part(Side::kB),
                     pair.held_out ? "" : " It may have been trained on them.");
}

std::string mark_title(const Mark& mark, const PairMarks& pair) {
  if (!mark.words.text.empty()) return capital(mark.words.text);
  const std::string rival = name_of(pair, other(mark.carrier));
  const std::string where = where_of(mark);
  if (mark.kind == MarkKind::kState) {
    return where.empty() ? fmt::format("Looks otherwise than in {}", rival)
                         : fmt::format("{}: looks otherwise than in {}", capital(where), rival);
  }
  return where.empty() ? fmt::format("Not seen in {}", rival)
                       : fmt::format("{}: not seen in {}", capital(where), rival);
}

std::string mark_label(const Mark& mark) {
  std::string text = mark.words.text.empty() ? where_of(mark) : mark.words.text;
  text = text.substr(0, text.find_first_of("(;"));
  while (!text.empty() && (text.back() == ' ' || text.back() == ',')) text.pop_back();
  return text;
}

std::string mark_counts(const Mark& mark, const PairMarks& pair) {
  const std::string forms =
      mark.forms.empty() ? "" : fmt::format(" ({})", fmt::join(mark.forms, ", "));
  std::string text = fmt::format("Seen in {} of {} {}{}, {} of {} {}", mark.seen.with, mark.seen.of,
                                 name_of(pair, mark.carrier), forms, mark.seen_other.with,
                                 mark.seen_other.of, name_of(pair, other(mark.carrier)));
  switch (mark.status) {
    case MarkStatus::kUntested:
      return text + "; not tested.";
    case MarkStatus::kNotTestable:
      return text + (mark.why.empty() ? "; it could not be tested."
                                      : "; it could not be tested: " + mark.why +
                                            (mark.why.back() == '.' ? "" : "."));
    case MarkStatus::kNotShown:
      text += "; that the model needs it may be chance";
      break;
    case MarkStatus::kTested:
      break;
  }
  if (mark.changed_mind.of > 0)
    text += fmt::format("; covered, the model changes its mind on {} of {}", mark.changed_mind.with,
                        mark.changed_mind.of);
  return text + ".";
}

std::string decided_sentence(const PairMarks& pair) {
  if (pair.decided.of == 0 || pair.marks.empty()) return "";
  // The strongest three of each taxon decide, of those that the test shows.
  std::array<int, 2> of_side{};
  std::size_t deciding = 0;
  for (const Mark& mark : pair.marks) {
    const bool shown = mark.status != MarkStatus::kNotShown;
    if (shown && of_side[index(mark.carrier)]++ < 3) ++deciding;
  }
  if (deciding == 0) return "";
  const std::string which = deciding == 1
                                ? "This mark alone decides"
                                : fmt::format("These {} marks alone decide", number_word(deciding));
  return fmt::format("{} {} of {} photos rightly.", which, pair.decided.with, pair.decided.of);
}

std::string remark_of(const PairMarks& pair) {
  const std::string a = name_of(pair, Side::kA), b = name_of(pair, Side::kB);
  const std::string verdict = verdict_sentence(pair);
  std::string first;
  if (!verdict.empty()) {
    first = verdict;
  } else {
    constexpr std::size_t kMost = 3;
    std::string list;
    const std::vector<const Mark*> shown = shown_marks(pair.marks, pair.tested);
    const std::size_t count = std::min(shown.size(), kMost);
    for (std::size_t i = 0; i < count; ++i) {
      const Mark& mark = *shown[i];
      const std::string label = mark_label(mark);
      list += i == 0 ? "" : i + 1 == count ? " and " : ", ";
      list += fmt::format("{} of {} ({} of {}, against {} of {})",
                          label.empty() ? "a mark" : "the " + label, name_of(pair, mark.carrier),
                          mark.seen.with, mark.seen.of, mark.seen_other.with, mark.seen_other.of);
    }
    first = fmt::format("To tell {} from {} the model goes by {}.", a, b, list);
  }
  const std::string told = told_sentence(pair), decided = decided_sentence(pair);
  const std::string second = verdict.empty() && !decided.empty() ? decided : told;
  return first + (second.empty() ? "" : " " + second) +
         " That is what the model uses in these photos, not proof that the difference is real or "
         "that the model is right.";
}

std::string claim_sentence(const std::string& what) {
  return fmt::format(
      "The {} shows what this model goes by in these photos; it does not claim that the marks are "
      "diagnostic of the taxa, nor that the model is right.",
      what);
}

std::string verdict_sentence(const PairMarks& pair) {
  if (!pair.verdict.empty()) return pair.verdict;
  if (!shown_marks(pair.marks, pair.tested).empty()) return "";
  return "No mark by which the model tells the two apart could be shown; stop at their common "
         "ancestor.";
}

}  // namespace differentia

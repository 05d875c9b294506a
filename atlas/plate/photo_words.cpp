#include "atlas/plate/photo_words.h"

#include <fmt/format.h>

namespace differentia {
namespace {

std::string of_count(const Count& count) {
  if (count.with == count.of) return fmt::format("all {}", count.of);
  if (count.with == 0) return fmt::format("none of the {}", count.of);
  return fmt::format("{} of {}", count.with, count.of);
}

std::string signed_number(double value) {
  return (value < 0 ? "−" : "+") + fmt::format("{:.1f}", value < 0 ? -value : value);
}

}  // namespace

std::string placed_sentence(const PhotoOnPair& photo, const PairMarks& pair) {
  const store::TaxonRecord &a = pair.taxa[0].record, &b = pair.taxa[1].record;
  const bool another = photo.first != a.output && photo.first != b.output;
  const std::string first =
      another ? fmt::format("The model names {} first, which is neither of the two",
                            photo.first_label.empty() ? fmt::format("output {}", photo.first)
                                                      : photo.first_label)
              : "";
  switch (photo.placed) {
    case PlacedOnAxis::kNeither:
      if (!another)
        return fmt::format(
            "Perhaps neither: the model answers {}, but more weakly than in its photos.",
            photo.first == a.output ? a.name : b.name);
      return photo.weak ? first + ", and both are weaker than in their photos."
                        : first + ", and both are far behind.";
    case PlacedOnAxis::kA:
    case PlacedOnAxis::kB: {
      const std::string& name = photo.placed == PlacedOnAxis::kA ? a.name : b.name;
      return another ? fmt::format("{}; of the two it is clearly nearer {}.", first, name)
                     : fmt::format("Clearly {}.", name);
    }
    case PlacedOnAxis::kBetween:
      return another ? first + "; of the two it is clearly neither."
                     : fmt::format(
                           "Between {} and {}: doubtful, or of both. It is placed here, and "
                           "nothing is learnt from it.",
                           a.name, b.name);
  }
  return "";
}

std::string axis_sentence(const PhotoOnPair& photo, const PairMarks& pair) {
  const std::string &a = pair.taxa[0].record.name, &b = pair.taxa[1].record.name;
  return fmt::format(
      "On the axis from {} (below 0) to {} (above 0) it is at {}: higher than {} testing photos of "
      "{} and {} of {}.",
      b, a, signed_number(photo.margin), of_count(photo.below[0]), a, of_count(photo.below[1]), b);
}

std::string presence_words(const TickedMark& mark) {
  switch (mark.presence) {
    case MarkPresence::kSeen:
      return "seen";
    case MarkPresence::kAbsent:
      return "absent";
    case MarkPresence::kHidden:
      break;
  }
  switch (mark.why) {
    case WhyHidden::kOffFrame:
      return "hidden: its place is beyond the frame";
    case WhyHidden::kOffSubject:
      return "hidden: its place is covered, or turned away";
    case WhyHidden::kLikeNeither:
    case WhyHidden::kNot:
      break;
  }
  return "hidden: what is at its place looks like neither";
}

std::string tick_sign(const TickedMark& mark) {
  return mark.presence == MarkPresence::kSeen     ? "✓"
         : mark.presence == MarkPresence::kAbsent ? "✗"
                                                  : "?";
}

std::string photo_remark(const PhotoOnPair& photo) {
  std::string text;
  const auto add = [&](const std::string& sentence) {
    text += (text.empty() ? "" : " ") + sentence;
  };
  if (photo.masked && photo.estimated)
    add("Where the organism is was estimated; give its mask with --mask where that is wrong.");
  if (!photo.repair.empty()) add(fmt::format("The photo is damaged ({}).", photo.repair));
  if (!photo.in_atlas.empty())
    add(photo.found_in
            ? "The photo is in the atlas, and marks were found in it: it proves nothing new."
            : "The photo is in the atlas, of the half that marks are tested on.");
  return text;
}

bool is_ticked(const Mark& mark) {
  return mark.status != MarkStatus::kNotShown;
}

}  // namespace differentia

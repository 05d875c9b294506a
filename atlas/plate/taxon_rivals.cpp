#include "atlas/plate/taxon_rivals.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <tuple>

#include <fmt/format.h>

#include "atlas/plate/plate_markup.h"
#include "atlas/plate/plate_words.h"

namespace differentia {
namespace {

double confused(const PairMarks& pair) {
  const Count &a = pair.taxa[0].confused, &b = pair.taxa[1].confused;
  return a.of + b.of > 0 ? static_cast<double>(a.with + b.with) / (a.of + b.of) : 0;
}

double told(const PairMarks& pair) {
  const Count &a = pair.taxa[0].told, &b = pair.taxa[1].told;
  return a.of + b.of > 0 ? static_cast<double>(a.with + b.with) / (a.of + b.of) : 1;
}

// Of the two on average, logits: how far the model holds them apart.
double margin(const PairMarks& pair) {
  const double margin = 0.5 * (pair.taxa[0].margin + pair.taxa[1].margin);
  return std::isfinite(margin) ? margin : std::numeric_limits<double>::max();
}

}  // namespace

std::map<std::string, std::vector<Rival>> rivals_of_taxa(const std::vector<PlateRecord>& records) {
  std::map<std::string, std::vector<Rival>> taxa;
  for (const PlateRecord& record : records)
    for (const Side side : {Side::kA, Side::kB})
      taxa[record.pair.taxon(side).record.name].push_back({&record, side});
  for (auto& [name, rivals] : taxa) {
    std::sort(rivals.begin(), rivals.end(), [](const Rival& one, const Rival& two) {
      const auto order = [](const Rival& rival) {
        const PairMarks& pair = rival.record->pair;
        return std::tuple(-confused(pair), told(pair), margin(pair), rival.taxon().record.name);
      };
      return order(one) < order(two);
    });
  }
  return taxa;
}

std::vector<const MarkPictures*> first_marks(const Rival& rival) {
  std::vector<const MarkPictures*> marks;
  for (const MarkPictures& mark : rival.record->pictures.marks)
    if (marks.size() < kMarksOfRival) marks.push_back(&mark);
  return marks;
}

std::string mark_of_rival(const Rival& rival, const Mark& mark) {
  const PairMarks& pair = rival.record->pair;
  const std::string* theirs = words_for(*rival.record, mark);
  if (mark.carrier == rival.side)
    return theirs != nullptr ? escaped(*theirs) : sentence_markup(pair, mark_title(mark, pair));
  std::string text = theirs != nullptr ? *theirs : mark.words.text;
  if (text.empty()) {
    text = mark_title(mark, pair);
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return taxon_markup(pair, mark.carrier, true) + ": " + sentence_markup(pair, text);
}

const PlatePicture* portrait(const std::vector<Rival>& rivals, const Rival** from) {
  for (const Rival& rival : rivals) {
    const auto& exemplar = rival.record->pictures.exemplars[index(rival.side)];
    if (!exemplar) continue;
    *from = &rival;
    return &exemplar->picture;
  }
  return nullptr;
}

std::string taxon_sentence(const PairTaxon& taxon) {
  const store::TaxonRecord& record = taxon.record;
  std::string text =
      fmt::format("{} photo{} in the atlas.", record.photos, record.photos == 1 ? "" : "s");
  if (record.tested > 0)
    text += fmt::format(" Of {} that the model was not trained on it names {} rightly.",
                        record.tested, record.correct);
  return text;
}

}  // namespace differentia

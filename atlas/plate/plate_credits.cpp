#include "atlas/plate/plate_credits.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "atlas/plate/plate_words.h"

namespace differentia {

void CreditList::add(const PlatePicture& picture,
                     const std::map<std::int32_t, store::PhotoRecord>& photos,
                     const std::string& where) {
  const auto found = photos.find(picture.photo);
  if (found == photos.end()) return;
  const store::PhotoRecord& record = found->second;
  std::string text = record.credit;
  if (!record.licence.empty()) text += (text.empty() ? "" : ", ") + record.licence;
  if (text.empty()) text = fmt::format("credit not known ({})", record.path);
  auto credit = std::find_if(credits_.begin(), credits_.end(),
                             [&](const PhotoCredit& one) { return one.text == text; });
  if (credit == credits_.end()) credit = credits_.insert(credits_.end(), {text, record.url, {}});
  if (std::find(credit->where.begin(), credit->where.end(), where) == credit->where.end())
    credit->where.push_back(where);
}

std::string CreditList::sentence() const {
  std::string out;
  for (const PhotoCredit& credit : credits_) {
    std::string where;
    for (const std::string& one : credit.where) where += (where.empty() ? "" : ", ") + one;
    out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", where, credit.text);
  }
  return out.empty() ? out : out + ".";
}

CreditList plate_credits(const PairMarks& pair, const PlatePictures& pictures,
                         const std::map<std::int32_t, store::PhotoRecord>& photos) {
  CreditList list;
  for (std::size_t side = 0; side < 2; ++side)
    if (pictures.exemplars[side])
      list.add(pictures.exemplars[side]->picture, photos,
               short_name(pair.taxa[side].record.name, pair.taxa[1 - side].record.name));
  const auto add = [&](const std::optional<PlatePicture>& picture, const std::string& where) {
    if (picture) list.add(*picture, photos, where);
  };
  for (const MarkPictures& mark : pictures.marks)
    for (const auto* picture : {&mark.own, &mark.other, &mark.exception})
      add(*picture, std::to_string(mark.mark->number));
  // Of cues no exception is drawn.
  for (const MarkPictures& cue : pictures.context)
    for (const auto* picture : {&cue.own, &cue.other}) add(*picture, "box");
  return list;
}

}  // namespace differentia

#include "atlas/plate/plate_credits.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "atlas/plate/plate_words.h"

namespace differentia {
namespace {

struct Credit {
  std::string text;
  std::vector<std::string> where;
};

}  // namespace

std::string photo_credits(const PairMarks& pair, const PlatePictures& pictures,
                          const PlatePhotos& photos) {
  std::vector<Credit> credits;
  const auto add = [&](const PlatePicture& picture, const std::string& where) {
    const auto found = photos.records.find(picture.photo);
    if (found == photos.records.end()) return;
    const store::PhotoRecord& record = found->second;
    std::string text = record.credit;
    if (!record.licence.empty()) text += (text.empty() ? "" : ", ") + record.licence;
    if (text.empty()) text = fmt::format("credit not known ({})", record.path);
    auto credit = std::find_if(credits.begin(), credits.end(),
                               [&](const Credit& one) { return one.text == text; });
    if (credit == credits.end()) credit = credits.insert(credits.end(), {text, {}});
    if (std::find(credit->where.begin(), credit->where.end(), where) == credit->where.end())
      credit->where.push_back(where);
  };
  for (std::size_t side = 0; side < 2; ++side)
    if (pictures.exemplars[side])
      add(pictures.exemplars[side]->picture,
          short_name(pair.taxa[side].record.name, pair.taxa[1 - side].record.name));
  const auto add_all = [&](const MarkPictures& mark, const std::string& where) {
    for (const auto* picture : {&mark.own, &mark.other, &mark.exception})
      if (*picture) add(**picture, where);
  };
  for (const MarkPictures& mark : pictures.marks) add_all(mark, std::to_string(mark.mark->number));
  for (const MarkPictures& cue : pictures.context) add_all(cue, "box");

  std::string out;
  for (const Credit& credit : credits) {
    std::string where;
    for (const std::string& one : credit.where) where += (where.empty() ? "" : ", ") + one;
    out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", where, credit.text);
  }
  return out.empty() ? out : out + ".";
}

}  // namespace differentia

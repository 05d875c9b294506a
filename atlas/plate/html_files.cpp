#include <fmt/format.h>

#include "atlas/plate/html_pages.h"
#include "atlas/plate/page_names.h"

namespace differentia {
namespace {

std::string folder_of(const PairMarks& pair) {
  return "pictures/" + page_name(pair.taxa[0].record.name, pair.taxa[1].record.name);
}

}  // namespace

std::string exemplar_file(const PairMarks& pair, Side side) {
  return fmt::format("{}/{}.jpg", folder_of(pair), page_name(pair.taxon(side).record.name));
}

std::string patch_file(const PairMarks& pair, const Mark& mark, const std::string& what) {
  return fmt::format("{}/{}{}-{}.jpg", folder_of(pair), mark.on_subject ? "mark-" : "cue-",
                     mark.number, what);
}

void for_each_file(const PlateRecord& record,
                   const std::function<void(const std::string&, const PlatePicture&)>& work) {
  const PairMarks& pair = record.pair;
  for (const Side side : {Side::kA, Side::kB})
    if (const auto& exemplar = record.pictures.exemplars[index(side)])
      work(exemplar_file(pair, side), exemplar->picture);
  for (const auto* list : {&record.pictures.marks, &record.pictures.context}) {
    for (const MarkPictures& one : *list) {
      if (one.own) work(patch_file(pair, *one.mark, "own"), *one.own);
      if (one.other) work(patch_file(pair, *one.mark, "other"), *one.other);
      if (one.exception && one.mark->on_subject)
        work(patch_file(pair, *one.mark, "against"), *one.exception);
    }
  }
}

}  // namespace differentia

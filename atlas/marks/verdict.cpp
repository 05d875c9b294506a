#include "atlas/marks/verdict.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace differentia {
namespace {

constexpr int kFewToTest = 8;        // testing photos of a taxon; below, chance explains all
constexpr double kToldApart = 0.75;  // share of testing photos; below, the model confuses them

// The genus of both, or words for it.
std::string common_ancestor(const PairMarks& marks) {
  const std::string &a = marks.taxa[0].record.name, &b = marks.taxa[1].record.name;
  const std::string genus = a.substr(0, a.find_first_of(" _"));
  if (genus.size() < a.size() && b.compare(0, genus.size() + 1, a, 0, genus.size() + 1) == 0)
    return "the genus " + genus;
  return "their common ancestor";
}

}  // namespace

PairTaxon describe_taxon(const PairEvidence& pair, Side side) {
  PairTaxon taxon;
  taxon.record = pair.side(side).taxon;
  taxon.photos = static_cast<int>(pair.side(side).photos.size());
  taxon.margin = median_margin(pair, side);
  const int rival = pair.side(other(side)).taxon.output;
  for (const PairPhoto& photo : pair.side(side).photos) {
    if (!photo.testing) continue;
    ++taxon.testing;
    taxon.told.of += 1;
    taxon.told.with += photo.margin > 0;
    taxon.confused.of += 1;
    taxon.confused.with += photo.predicted == rival;
  }
  return taxon;
}

std::string verdict_of(const PairMarks& marks) {
  Count told;
  for (const PairTaxon& taxon : marks.taxa) {
    told.with += taxon.told.with;
    told.of += taxon.told.of;
  }
  const std::string advice = "; stop at " + common_ancestor(marks) + ".";
  if (told.share() < kToldApart)
    return fmt::format("The model confuses the two: it tells {} of {} photos apart{}", told.with,
                       told.of, advice);
  const bool shown = std::any_of(marks.marks.begin(), marks.marks.end(), [](const Mark& mark) {
    return mark.status == MarkStatus::kTested || mark.status == MarkStatus::kUntested;
  });
  if (shown) return "";
  // No reason is a result only where a reason could have been shown.
  if (std::min(marks.taxa[0].testing, marks.taxa[1].testing) < kFewToTest)
    return fmt::format(
        "There are too few photos to show a mark by ({} of {} and {} of {} to test on): that none "
        "is shown means nothing yet.",
        marks.taxa[0].testing, marks.taxa[0].record.name, marks.taxa[1].testing,
        marks.taxa[1].record.name);
  if (marks.marks.empty())
    return "No mark on the organism tells the two apart for the model" + advice;
  if (std::all_of(marks.marks.begin(), marks.marks.end(),
                  [](const Mark& mark) { return mark.status == MarkStatus::kNotTestable; }))
    return "No mark could be tested by removal; each says why.";
  return "No mark passed the test: what the model goes by is not one place that can be shown" +
         advice;
}

void add_notes(const PairEvidence& pair, PairMarks& result) {
  if (!result.held_out)
    result.notes.push_back(
        "Too few photos are not marked `train`: the tests are on photos that the model may have "
        "been trained on.");
  if (!result.masked)
    result.notes.push_back(
        "No subject masks are given: whether a mark is on the organism or beside it is not known.");
  for (const PairTaxon& taxon : result.taxa)
    if (taxon.photos < 16)
      result.notes.push_back(fmt::format("Only {} {} of {}: expect little of the tests.",
                                         taxon.photos, taxon.photos == 1 ? "photo" : "photos",
                                         taxon.record.name));
  std::set<std::string> forms[2];
  for (const Side side : {Side::kA, Side::kB})
    for (const PairPhoto& photo : pair.side(side).photos)
      forms[index(side)].insert(photo.record.form);
  std::vector<std::string> shared;
  std::set_intersection(forms[0].begin(), forms[0].end(), forms[1].begin(), forms[1].end(),
                        std::back_inserter(shared));
  if (shared.empty())
    result.notes.push_back(
        "The two taxa's photos share no form: a mark may be one of sex or age, not of the taxon.");
}

}  // namespace differentia

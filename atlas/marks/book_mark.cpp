#include "atlas/marks/book_mark.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "atlas/marks/book_falls.h"
#include "atlas/marks/describe_mark.h"
#include "atlas/marks/verdict.h"
#include "base/error.h"

namespace differentia {
namespace {

constexpr double kCovered = 0.5;         // share of a cell from which on it is of the region
constexpr std::size_t kLeastTested = 5;  // photos, as of a mark
constexpr double kLeastMargin = 0.5;     // logits; below, the model does not tell the two apart
constexpr double kLeastCertain = 0.25;   // share of the margin that positions may add where removal
                                         // does nothing

// The region as a candidate that `own` carries.
Candidate candidate_of(const PairEvidence& pair, const PairSpace& space, Side own,
                       const RegionInPhotos& regions) {
  Candidate candidate;
  candidate.carrier = own;
  std::vector<double> mean(space.space[0].columns, 0);
  for (const Side side : {Side::kA, Side::kB}) {
    const PairSide& photos = pair.side(side);
    auto& member = candidate.member[index(side)];
    member.assign(photos.photos.size() * pair.cells(), 0);
    for (std::size_t i = 0; i < photos.photos.size(); ++i) {
      const RegionThere& there = regions[index(side)][i];
      if (!there.found) continue;
      for (std::size_t p = 0; p < pair.cells(); ++p)
        if (there.coverage[p] >= kCovered) member[i * pair.cells() + p] = 1;
      const std::size_t most =
          i * pair.cells() +
          static_cast<std::size_t>(there.row * pair.layer.grid.width + there.column);
      member[most] = 1;
      if (side != own || photos.photos[i].testing) continue;
      for (std::size_t p = i * pair.cells(); p < (i + 1) * pair.cells(); ++p) {
        if (!member[p]) continue;
        const auto row = space.space[index(side)].row(p);
        for (std::size_t c = 0; c < mean.size(); ++c) mean[c] += row[c];
      }
    }
  }
  double length = 0;
  for (const double value : mean) length += value * value;
  for (const double value : mean)
    candidate.centroid.push_back(static_cast<float>(value / std::sqrt(std::max(1e-12, length))));
  candidate.peaks.resize(pair.side(own).photos.size());
  for (std::size_t i = 0; i < candidate.peaks.size(); ++i) {
    const RegionThere& there = regions[index(own)][i];
    if (!there.found) continue;
    Peak& peak = candidate.peaks[i];
    peak.row = there.row;
    peak.column = there.column;
    for (std::size_t p = 0; p < pair.cells(); ++p)
      if (candidate.member[index(own)][i * pair.cells() + p])
        peak.attribution += pair.side(own).toward[i * pair.cells() + p];
  }
  return candidate;
}

// Where the person says it is, not where the layer finds it.
void place_sightings(const PairEvidence& pair, const RegionInPhotos& regions, Mark& mark) {
  for (auto* list : {&mark.sightings, &mark.counterparts}) {
    for (Sighting& each : *list) {
      const auto& photos = pair.side(each.side).photos;
      for (std::size_t i = 0; i < photos.size(); ++i) {
        const RegionThere& there = regions[index(each.side)][i];
        if (photos[i].record.id != each.photo || !there.found) continue;
        each.place = there.place;
        each.box = there.box;
      }
    }
  }
}

// Its removal is shown to do something of its own, as that of a mark is.
bool carries(const BookMarkOptions& options, const BookEvidence& evidence) {
  return evidence.removal_p <= options.significance && evidence.mark.beyond.low > 0 &&
         evidence.mark.beyond.value >= options.least_effect * evidence.margin;
}

bool within(const Estimate& estimate, double bound) {
  return estimate.low > -bound && estimate.high < bound;
}

// Where no look can be exchanged: as marks are tested.
void answer_by_removal(const BookMarkOptions& options, bool compared, BookEvidence& evidence) {
  const Mark& mark = evidence.mark;
  const double least = options.least_effect * evidence.margin;
  const bool differs = evidence.difference_p <= options.significance;
  if (compared && carries(options, evidence)) {
    if (differs && evidence.attribution_p <= options.significance)
      evidence.answer = BookAnswer::kUsed;
    else
      evidence.why = differs
                         ? "covering it moves the model, but what stands there does not add to the "
                           "margin"
                         : "covering it moves the model, but it looks alike to the model in both";
  } else if (within(mark.removed, least)) {
    if (std::abs(mark.attribution.value) < kLeastCertain * evidence.margin)
      evidence.answer = BookAnswer::kIgnored;
    else
      evidence.why =
          "covering it moves the model little, but what stands there adds much to the margin: it "
          "may have been filled in with its like from beside it";
  } else {
    evidence.why = compared ? "covering it may move the model by chance alone, or by as much as "
                              "covering another place does"
                            : "covering it may move the model, but there is no other place of its "
                              "size to compare it with";
  }
}

void answer(const BookMarkOptions& options, const std::string& name, bool compared,
            BookEvidence& evidence) {
  Mark& mark = evidence.mark;
  const double least = options.least_effect * evidence.margin;
  mark.status =
      compared && carries(options, evidence) ? MarkStatus::kTested : MarkStatus::kNotShown;
  if (evidence.margin < kLeastMargin) {
    evidence.why = fmt::format(
        "the model hardly tells {} from the other in the first place, so no mark can be shown",
        name);
  } else if (std::isnan(evidence.exchange.value)) {
    answer_by_removal(options, compared, evidence);
  } else if (within(evidence.exchange, least)) {
    evidence.answer = BookAnswer::kIgnored;
  } else if (evidence.exchange_p <= options.significance && evidence.exchange.low > 0 &&
             evidence.exchange.value >= least) {
    if (evidence.difference_p <= options.significance)
      evidence.answer = BookAnswer::kUsed;
    else
      evidence.why =
          "with the other's look the margin falls, but the layer does not show a difference there";
  } else if (evidence.exchange.high < 0) {
    evidence.why =
        "with the other's look the model is surer than before: what it sees there speaks against "
        "the taxon";
  } else {
    evidence.why = "too few photos, or too unlike each other, to tell a small effect from none";
  }
}

BookEvidence evidence_of(const PairEvidence& pair, const PairSpace& space,
                         const std::shared_ptr<const Model>& model, Side own,
                         const RegionInPhotos& regions,
                         const std::array<std::vector<RegionPicture>, 2>& pictures,
                         const BookMarkOptions& options, const ProgressCallback& progress) {
  BookEvidence evidence;
  evidence.margin = median_margin(pair, own);
  RankedCandidate ranked;
  ranked.candidate = candidate_of(pair, space, own, regions);
  CompareOptions describing;
  describing.test = false;
  describing.seed = options.seed;
  MarkChances chances;
  evidence.mark = describe_mark(pair, space, ranked, describing, chances);
  Mark& mark = evidence.mark;
  mark.number = 1;
  evidence.attribution_p = chances.attribution;
  evidence.difference_p = chances.difference;
  place_sightings(pair, regions, mark);

  const std::vector<std::size_t> photos = photos_of_half(pair, own, true);
  const std::vector<BookFall> falls =
      falls_of(pair, model, own, regions, mark.on_subject, pictures, photos, options, progress);
  std::vector<double> removed, elsewhere, beyond, given, given_own, exchange;
  std::vector<std::int64_t> groups, compared_groups, exchange_groups;
  bool shown = false;
  evidence.found.of = static_cast<int>(photos.size());
  for (std::size_t j = 0; j < photos.size(); ++j) {
    const std::int64_t group = pair.side(own).photos[photos[j]].observation;
    shown = shown || regions[index(own)][photos[j]].found;
    if (!falls[j].read) continue;
    evidence.found.with += 1;
    removed.push_back(falls[j].fall);
    groups.push_back(group);
    if (falls[j].margin > 0) {
      mark.changed_mind.of += 1;
      mark.changed_mind.with += falls[j].margin - falls[j].fall <= 0;
    }
    if (falls[j].exchanged) {
      given.push_back(*falls[j].exchanged);
      given_own.push_back(*falls[j].exchanged_own);
      exchange.push_back(given.back() - given_own.back());
      exchange_groups.push_back(group);
      if (falls[j].margin > 0) {
        evidence.exchanged_changed_mind.of += 1;
        evidence.exchanged_changed_mind.with += falls[j].margin - *falls[j].exchanged <= 0;
      }
    }
    if (!falls[j].elsewhere) continue;
    elsewhere.push_back(*falls[j].elsewhere);
    beyond.push_back(falls[j].fall - *falls[j].elsewhere);
    compared_groups.push_back(group);
  }
  const std::string& name = pair.side(own).taxon.name;
  if (shown && removed.empty())
    throw InputError(fmt::format(
        "None of the photos of {} can be read below '{}'; say where the photos are now with "
        "--photos FOLDER.",
        name, options.photo_root));
  mark.removed = bootstrap_mean(removed, groups, options.seed);
  mark.elsewhere = bootstrap_mean(elsewhere, compared_groups, options.seed);
  mark.beyond = bootstrap_mean(beyond, compared_groups, options.seed);
  evidence.removal_p = sign_flip_p(beyond, compared_groups, options.seed);
  if (exchange.size() < kLeastTested)
    for (auto* values : {&given, &given_own, &exchange}) values->clear();
  if (exchange.empty()) exchange_groups.clear();
  evidence.exchanged = bootstrap_mean(given, exchange_groups, options.seed);
  evidence.exchanged_own = bootstrap_mean(given_own, exchange_groups, options.seed);
  evidence.exchange = bootstrap_mean(exchange, exchange_groups, options.seed);
  evidence.exchange_p = sign_flip_p(exchange, exchange_groups, options.seed);
  if (removed.size() < kLeastTested) {
    mark.status = MarkStatus::kNotTestable;
    evidence.why = fmt::format("it is found in {} of the {} testing photos of {}; {} are needed",
                               removed.size(), photos.size(), name, kLeastTested);
    mark.why = evidence.why;
    return evidence;
  }
  answer(options, name, beyond.size() >= kLeastTested, evidence);
  return evidence;
}

}  // namespace

BookMark test_book_mark(const PairEvidence& pair, const PairSpace& space,
                        const std::shared_ptr<const Model>& model, const BookRegion& region,
                        const std::vector<Side>& sides, const BookMarkOptions& options,
                        const ProgressCallback& progress) {
  BookMark result;
  result.taxa = {describe_taxon(pair, Side::kA), describe_taxon(pair, Side::kB)};
  result.held_out = pair.tested_on_held_out;
  const RegionInPhotos regions =
      region_in_photos(pair, space, region, options.photo_root, options.threads);
  std::array<std::vector<RegionPicture>, 2> pictures;
  for (const Side side : {Side::kA, Side::kB})
    pictures[index(side)] = region_pictures(pair, model, side, regions[index(side)], options);
  bool all_ignored = !sides.empty(), used = false;
  for (const Side side : sides) {
    result.evidence.push_back(
        evidence_of(pair, space, model, side, regions, pictures, options, progress));
    used = used || result.evidence.back().answer == BookAnswer::kUsed;
    all_ignored = all_ignored && result.evidence.back().answer == BookAnswer::kIgnored;
  }
  result.answer = used          ? BookAnswer::kUsed
                  : all_ignored ? BookAnswer::kIgnored
                                : BookAnswer::kUndecided;
  return result;
}

}  // namespace differentia

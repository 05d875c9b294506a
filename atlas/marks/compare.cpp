#include "atlas/marks/compare.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "atlas/marks/describe_mark.h"
#include "atlas/marks/pixel_test.h"
#include "atlas/marks/ranking.h"
#include "atlas/marks/sufficiency.h"
#include "atlas/marks/verdict.h"
#include "base/statistics.h"

namespace differentia {
namespace {

constexpr int kPlateMarks = 3;  // of each taxon, that decide what is enough
// What a mark must do at least beyond removal elsewhere, as a share of the carrier's margin: less
// may be there for certain and is no reason to look for it.
constexpr double kLeastEffect = 0.1;

// Fills in the tests of the testing half's photos, and where the first marks are in them.
void test_by_removal(const PairEvidence& pair, const std::shared_ptr<const Model>& model,
                     const CompareOptions& options, const ProgressCallback& progress,
                     std::vector<RankedCandidate>& ranked) {
  for (const Side side : {Side::kA, Side::kB}) {
    std::vector<std::size_t> which;
    const auto candidates = of_carrier(ranked, side, which);
    PixelTestOptions test;
    test.photo_root = options.photo_root;
    test.controls = options.controls;
    test.threads = options.threads;
    test.seed = options.seed;
    const auto photos = photos_of_half(pair, side, true);
    auto falls = removal_falls(pair, model, candidates, photos, test, progress);
    std::vector<const Candidate*> placed;
    std::vector<std::size_t> placed_which;
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      ranked[which[c]].tests = std::move(falls[c]);
      if (which[c] >= static_cast<std::size_t>(options.placed)) continue;
      placed.push_back(candidates[c]);
      placed_which.push_back(which[c]);
    }
    test.controls = 0;
    test.place = true;
    const auto places = removal_falls(pair, model, placed, photos, test, progress);
    for (std::size_t c = 0; c < placed.size(); ++c)
      for (std::size_t j = 0; j < photos.size(); ++j)
        ranked[placed_which[c]].tests[j].place = places[c][j].place;
  }
}

// Whether what was tested is shown, from the false discovery rates.
void settle(const PairEvidence& pair, const CompareOptions& options, Mark& mark) {
  if (mark.status == MarkStatus::kNotShown && mark.removal_q <= options.false_discovery &&
      mark.difference_q <= options.false_discovery &&
      mark.attribution_q <= options.false_discovery && mark.beyond.low > 0 &&
      mark.beyond.value >= kLeastEffect * median_margin(pair, mark.carrier))
    mark.status = MarkStatus::kTested;
}

// Testing photos of one side that could not be read; 0 where it has no candidate to test.
int unread_photos(const std::vector<RankedCandidate>& ranked, Side side) {
  for (const RankedCandidate& one : ranked)
    if (one.candidate.carrier == side)
      return static_cast<int>(std::count_if(one.tests.begin(), one.tests.end(),
                                            [](const RemovalFall& test) { return !test.read; }));
  return 0;
}

// Without verdict and notes, but those on single photos. `workings` is filled in.
PairMarks compare_in_order(const store::Reader& atlas, const std::shared_ptr<const Model>& model,
                           std::int32_t taxon_a, std::int32_t taxon_b,
                           const CompareOptions& options, const ProgressCallback& progress,
                           PairWorkings& workings) {
  PairEvidenceOptions gathering;
  gathering.seed = options.seed;
  gathering.threads = options.threads;
  PairEvidence pair = pair_evidence(atlas, model, taxon_a, taxon_b, gathering, progress);
  report(progress, {"finding marks", 0, 0, "", ""});
  PairSpace space = pair_space(pair);
  CandidateOptions finding = options.candidates;
  finding.seed = options.seed;
  std::vector<RankedCandidate> ranked =
      rank_candidates(pair, space, model, find_candidates(pair, space, finding), options, progress);
  if (options.test) test_by_removal(pair, model, options, progress, ranked);

  PairMarks result;
  result.tested = options.test;
  result.held_out = pair.tested_on_held_out;
  result.masked = pair.masked(Side::kA) || pair.masked(Side::kB);
  result.taxa = {describe_taxon(pair, Side::kA), describe_taxon(pair, Side::kB)};
  for (const Side side : {Side::kA, Side::kB}) {
    const int unread = unread_photos(ranked, side);
    if (unread > 0)
      result.notes.push_back(fmt::format(
          "{} of {} photos of {} could not be read any more and are left out of the test.", unread,
          result.taxon(side).testing, result.taxon(side).record.name));
  }
  std::vector<Mark> all;
  std::vector<double> difference, attribution, removal;
  for (RankedCandidate& one : ranked) {
    MarkChances chances;
    all.push_back(describe_mark(pair, space, one, options, chances));
    difference.push_back(chances.difference);
    attribution.push_back(chances.attribution);
    removal.push_back(chances.removal);
  }
  const auto difference_q = false_discovery_rates(difference),
             attribution_q = false_discovery_rates(attribution),
             removal_q = false_discovery_rates(removal);
  std::vector<std::array<std::vector<Looked>, 2>> deciding;
  std::array<int, 2> on_plate{};
  for (std::size_t m = 0; m < all.size(); ++m) {
    Mark& mark = all[m];
    mark.difference_q = difference_q[m];
    mark.attribution_q = attribution_q[m];
    mark.removal_q = removal_q[m];
    settle(pair, options, mark);
    // What the other shows as often is none of this taxon's marks.
    if (mark.seen.share() <= mark.seen_other.share()) continue;
    const bool shown = mark.status != MarkStatus::kNotShown;
    if (mark.on_subject && shown && on_plate[index(mark.carrier)]++ < kPlateMarks)
      deciding.push_back(ranked[m].looked);
    std::vector<Mark>& list = mark.on_subject ? result.marks : result.context;
    list.push_back(std::move(mark));
    list.back().number = static_cast<int>(list.size());
    (&list == &result.marks ? workings.marks : workings.context)
        .push_back(std::move(ranked[m].candidate));
  }
  result.decided = decide_by_marks(pair, deciding);
  workings.pair = std::move(pair);
  workings.space = std::move(space);
  return result;
}

// The same comparison with A and B in each other's place.
void turn(PairMarks& marks, PairWorkings& workings) {
  std::swap(marks.taxa[0], marks.taxa[1]);
  for (auto* list : {&marks.marks, &marks.context})
    for (Mark& mark : *list) {
      mark.carrier = other(mark.carrier);
      for (auto* sightings : {&mark.sightings, &mark.counterparts})
        for (Sighting& sighting : *sightings) sighting.side = other(sighting.side);
    }
  std::swap(workings.pair.sides[0], workings.pair.sides[1]);
  workings.pair.margin_at_zero = -workings.pair.margin_at_zero;
  std::swap(workings.space.looks[0], workings.space.looks[1]);
  std::swap(workings.space.space[0], workings.space.space[1]);
  std::swap(workings.space.places[0], workings.space.places[1]);
  for (auto* list : {&workings.marks, &workings.context})
    for (Candidate& candidate : *list) {
      candidate.carrier = other(candidate.carrier);
      std::swap(candidate.member[0], candidate.member[1]);
    }
}

}  // namespace

PairMarks compare_pair(const store::Reader& atlas, std::shared_ptr<const Model> model,
                       std::int32_t taxon_a, std::int32_t taxon_b, const CompareOptions& options,
                       const ProgressCallback& progress, PairWorkings* workings) {
  PairWorkings made;
  // Always in one order: clusters and draws depend on it, and a pair is to have one answer.
  const bool turned = taxon_b < taxon_a;
  PairMarks result = compare_in_order(atlas, model, turned ? taxon_b : taxon_a,
                                      turned ? taxon_a : taxon_b, options, progress, made);
  if (turned) turn(result, made);
  result.verdict = verdict_of(result);
  add_notes(made.pair, result);
  if (workings != nullptr) *workings = std::move(made);
  return result;
}

}  // namespace differentia

#include "atlas/marks/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atlas/marks/exchange.h"
#include "atlas/marks/look.h"
#include "atlas/marks/pixel_test.h"
#include "atlas/marks/sufficiency.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/statistics.h"

namespace differentia {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kOnSubject = 0.5;
// Where no removal moves the margin by this share of it, inpainting does not reach what the model
// goes by (a large part is filled in with itself), and attribution ranks.
constexpr double kMovesAtAll = 0.15;
constexpr double kInBoth = 0.5;          // share of the other's photos: a state, not a presence
constexpr double kTogether = 0.5;        // share of photos in which two marks are neighbours: one
constexpr std::size_t kLeastTested = 5;  // photos of a test
constexpr int kFewToTest = 8;            // testing photos of a taxon; below, chance explains all
constexpr double kToldApart = 0.75;      // share of testing photos; below, the model confuses them
constexpr int kPlateMarks = 3;           // of each taxon, that decide what is enough
// What a mark must do at least beyond removal elsewhere, as a share of the carrier's margin: less
// may be there for certain and is no reason to look for it.
constexpr double kLeastEffect = 0.1;
constexpr std::size_t kSightings = 40;  // kept of each mark

// A candidate on its way to a mark.
struct Ranked {
  Candidate candidate;
  double fall = 0;       // finding half: mean fall by removal in the form where it is least
  double exchanged = 0;  // the same by exchange
  double rank = 0;
  int merged = 0;
  std::vector<RemovalFall> tests;  // of the testing half's photos, by `tested`
  std::array<std::vector<Looked>, 2> looked;
};

std::vector<std::size_t> half(const PairEvidence& pair, Side side, bool testing) {
  std::vector<std::size_t> photos;
  for (std::size_t i = 0; i < pair.side(side).photos.size(); ++i)
    if (pair.side(side).photos[i].testing == testing) photos.push_back(i);
  return photos;
}

std::vector<const Candidate*> of_carrier(const std::vector<Ranked>& ranked, Side side,
                                         std::vector<std::size_t>& which) {
  std::vector<const Candidate*> candidates;
  which.clear();
  for (std::size_t r = 0; r < ranked.size(); ++r) {
    if (ranked[r].candidate.carrier != side) continue;
    candidates.push_back(&ranked[r].candidate);
    which.push_back(r);
  }
  return candidates;
}

double median_margin(const PairEvidence& pair, Side side) {
  std::vector<double> margins;
  for (const PairPhoto& photo : pair.side(side).photos) margins.push_back(photo.margin);
  return quantile(margins, 0.5);
}

void exchange_all(const PairEvidence& pair, const PairSpace& space,
                  const std::shared_ptr<const Model>& model, const CompareOptions& options,
                  std::vector<Ranked>& ranked) {
  for_each_job(
      ranked.size(), options.threads,
      [&] { return std::make_unique<TailAttribution>(model, pair.layer.path); },
      [&](const std::unique_ptr<TailAttribution>& tail, std::size_t r) {
        std::vector<std::size_t> photos = half(pair, ranked[r].candidate.carrier, false);
        if (photos.size() > static_cast<std::size_t>(options.ranking_photos))
          photos.resize(static_cast<std::size_t>(options.ranking_photos));
        ranked[r].exchanged =
            least_form_mean(pair, ranked[r].candidate.carrier, photos,
                            exchange_falls(pair, space, ranked[r].candidate, photos, *tail));
      });
}

// Ranks by what removal does on the finding half.
void rank_by_removal(const PairEvidence& pair, const std::shared_ptr<const Model>& model,
                     const CompareOptions& options, const ProgressCallback& progress,
                     std::vector<Ranked>& ranked) {
  bool moves = false;
  for (const Side side : {Side::kA, Side::kB}) {
    std::vector<std::size_t> which;
    const auto candidates = of_carrier(ranked, side, which);
    std::vector<std::size_t> photos = half(pair, side, false);
    if (photos.size() > static_cast<std::size_t>(options.ranking_photos))
      photos.resize(static_cast<std::size_t>(options.ranking_photos));
    PixelTestOptions test;
    test.photo_root = options.photo_root;
    test.controls = 0;
    test.threads = options.threads;
    test.seed = options.seed;
    const auto falls = removal_falls(pair, model, candidates, photos, test, progress);
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      std::vector<double> values;
      for (const RemovalFall& fall : falls[c]) values.push_back(fall.fall);
      Ranked& one = ranked[which[c]];
      one.fall = least_form_mean(pair, side, photos, values);
      one.rank = std::max(0.0, one.fall) * std::sqrt(std::max(0.0, one.candidate.novelty));
      if (one.rank > 0 && one.fall >= kMovesAtAll * std::max(1.0, median_margin(pair, side)))
        moves = true;
    }
  }
  if (!moves)
    for (Ranked& one : ranked) one.rank = one.candidate.score;
}

bool neighbours(const PairEvidence& pair, const Candidate& one, const Candidate& two) {
  if (one.carrier != two.carrier) return false;
  const int near = 2 * reach(pair.layer.grid);
  double both = 0, close = 0;
  for (const std::size_t i : half(pair, one.carrier, false)) {
    if (!one.peaks[i].seen() || !two.peaks[i].seen()) continue;
    both += 1;
    close += std::max(std::abs(one.peaks[i].row - two.peaks[i].row),
                      std::abs(one.peaks[i].column - two.peaks[i].column)) <= near;
  }
  return both > 0 && close / both >= kTogether;
}

// Best first; of neighbours that go together the best stands for all.
void order_and_merge(const PairEvidence& pair, const CompareOptions& options,
                     std::vector<Ranked>& ranked) {
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Ranked& one, const Ranked& two) { return one.rank > two.rank; });
  std::vector<Ranked> kept;
  for (Ranked& one : ranked) {
    if (one.rank <= 0) continue;
    const auto same = std::find_if(kept.begin(), kept.end(), [&](const Ranked& other_one) {
      return neighbours(pair, other_one.candidate, one.candidate);
    });
    if (same != kept.end())
      ++same->merged;
    else if (kept.size() < static_cast<std::size_t>(options.most))
      kept.push_back(std::move(one));
  }
  ranked = std::move(kept);
}

// The centre of a peak on the grid: its neighbours' centres weighed by the square of what they add.
Point grid_place(const PairEvidence& pair, const PairSide& side, std::size_t photo, Cell peak) {
  const GridGeometry& grid = pair.layer.grid;
  const auto toward = side.toward_of(photo, pair.cells());
  double weight = 0, x = 0, y = 0;
  for (const Cell& cell : window(grid, peak, 1)) {
    const double value =
        std::max(0.0f, toward[static_cast<std::size_t>(cell.row * grid.width + cell.column)]);
    const Point centre = grid.centre(cell.row, cell.column);
    weight += value * value;
    x += value * value * centre.x;
    y += value * value * centre.y;
  }
  const Point centre =
      weight > 0 ? Point{x / weight, y / weight} : grid.centre(peak.row, peak.column);
  return side.photos[photo].geometry.to_photo(centre);
}

double members_sum(const PairEvidence& pair, const Candidate& candidate, Side side,
                   std::size_t photo) {
  double sum = 0;
  for (std::size_t p = photo * pair.cells(); p < (photo + 1) * pair.cells(); ++p)
    if (candidate.member[index(side)][p]) sum += pair.side(side).toward[p];
  return sum;
}

std::vector<std::int64_t> groups_of(const PairSide& side, const std::vector<std::size_t>& photos) {
  std::vector<std::int64_t> groups;
  for (const std::size_t i : photos) groups.push_back(side.photos[i].observation);
  return groups;
}

// Means over each observation, so that each counts once.
std::vector<double> by_observation(const std::vector<double>& values,
                                   const std::vector<std::int64_t>& groups) {
  std::map<std::int64_t, std::pair<double, double>> sums;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums[groups[i]].first += values[i];
    sums[groups[i]].second += 1;
  }
  std::vector<double> means;
  for (const auto& [group, sum] : sums) means.push_back(sum.first / sum.second);
  return means;
}

struct Chances {
  double difference = 1, attribution = 1, removal = 1;
};

// What the testing half says of a mark.
Chances describe_evidence(const PairEvidence& pair, const Ranked& one,
                          const CompareOptions& options, Mark& mark) {
  Chances chances;
  const Side own = mark.carrier, rival = other(own);
  std::array<std::vector<double>, 2> looks;
  for (const Side side : {own, rival}) {
    const std::vector<std::size_t> photos = half(pair, side, true);
    const auto groups = groups_of(pair.side(side), photos);
    std::vector<double> values, sums;
    Count& seen = side == own ? mark.seen : mark.seen_other;
    for (const std::size_t i : photos) {
      const Looked& looked = one.looked[index(side)][i];
      values.push_back(looked.look);
      seen.of += 1;
      seen.with += looked.seen;
      sums.push_back((side == own ? 1 : -1) * members_sum(pair, one.candidate, side, i));
    }
    looks[index(side)] = by_observation(values, groups);
    (side == own ? mark.attribution : mark.attribution_other) =
        bootstrap_mean(sums, groups, options.seed);
    if (side == own) chances.attribution = sign_flip_p(sums, groups, options.seed);
  }
  chances.difference = rank_sum_p(looks[index(own)], looks[index(rival)]);
  return chances;
}

double describe_removal(const PairEvidence& pair, const Ranked& one, const CompareOptions& options,
                        Mark& mark) {
  const std::vector<std::size_t> photos = half(pair, mark.carrier, true);
  std::vector<double> falls, elsewhere, beyond;
  std::vector<std::size_t> counted;
  std::size_t unread = 0, unseen = 0;
  for (std::size_t j = 0; j < photos.size(); ++j) {
    const RemovalFall& test = one.tests[j];
    if (!test.read) {
      ++unread;
      continue;
    }
    if (test.seen && test.margin > 0) {
      mark.changed_mind.of += 1;
      mark.changed_mind.with += test.margin - test.fall <= 0;
    }
    if (!test.seen) ++unseen;
    if (!test.seen || !test.elsewhere) continue;
    falls.push_back(test.fall);
    elsewhere.push_back(*test.elsewhere);
    beyond.push_back(test.fall - *test.elsewhere);
    counted.push_back(photos[j]);
  }
  if (counted.size() < kLeastTested) {
    mark.status = MarkStatus::kNotTestable;
    mark.why =
        unread + unseen + kLeastTested > photos.size()
            ? fmt::format("it is seen in {} readable photos of the testing half; {} are needed",
                          photos.size() - unread - unseen, kLeastTested)
            : "no other place of its size on the subject to compare it with";
    return 1;
  }
  const auto groups = groups_of(pair.side(mark.carrier), counted);
  mark.removed = bootstrap_mean(falls, groups, options.seed);
  mark.elsewhere = bootstrap_mean(elsewhere, groups, options.seed);
  mark.beyond = bootstrap_mean(beyond, groups, options.seed);
  mark.status = MarkStatus::kNotShown;
  return sign_flip_p(beyond, groups, options.seed);
}

// Sentences on where a mark comes from; the forms in which it is seen.
void describe_sources(const PairEvidence& pair, const Ranked& one, Mark& mark) {
  const PairSide& side = pair.side(mark.carrier);
  std::map<std::string, Count> forms;
  const auto flag = [&](const char* what, const char* whose, auto&& value_of) {
    std::set<std::string> all, with;
    for (std::size_t i = 0; i < side.photos.size(); ++i) {
      const std::string& value = value_of(side.photos[i].record);
      if (value.empty()) continue;
      all.insert(value);
      if (one.looked[index(mark.carrier)][i].seen && one.candidate.peaks[i].seen())
        with.insert(value);
    }
    constexpr std::size_t kFew = 2;
    if (all.size() > 2 * kFew && !with.empty() && with.size() <= kFew)
      mark.flags.push_back(
          fmt::format("Seen only in photos of {} {} (of {}): it may be {}, not the taxon's.",
                      with.size(), what, all.size(), whose));
  };
  flag("observers", "theirs",
       [](const store::PhotoRecord& r) -> const std::string& { return r.observer; });
  flag("dates", "of those days",
       [](const store::PhotoRecord& r) -> const std::string& { return r.date; });
  for (std::size_t i = 0; i < side.photos.size(); ++i) {
    const std::string& form = side.photos[i].record.form;
    if (form.empty()) continue;
    Count& count = forms[form];
    count.of += 1;
    count.with += one.looked[index(mark.carrier)][i].seen;
  }
  std::vector<std::string> in;
  for (const auto& [form, count] : forms)
    if (count.share() >= 0.5) in.push_back(form);
  if (in.size() < forms.size()) mark.forms = std::move(in);
}

void describe_sightings(const PairEvidence& pair, const Ranked& one, Mark& mark) {
  const GridGeometry& grid = pair.layer.grid;
  const Side own = mark.carrier, rival = other(own);
  const std::vector<std::size_t> tested = half(pair, own, true);
  double x = 0, y = 0, placed = 0;
  for (std::size_t i = 0; i < pair.side(own).photos.size(); ++i) {
    const PairPhoto& photo = pair.side(own).photos[i];
    const Peak& peak = one.candidate.peaks[i];
    if (!peak.seen()) continue;
    const Region region = region_of(grid, peak, pair.side(own).toward_of(i, pair.cells()));
    Sighting sighting;
    sighting.photo = photo.record.id;
    sighting.side = own;
    sighting.testing = photo.testing;
    sighting.place = grid_place(pair, pair.side(own), i, {peak.row, peak.column});
    const auto test = std::find(tested.begin(), tested.end(), i);
    if (test != tested.end() && !one.tests.empty()) {
      const auto& place = one.tests[static_cast<std::size_t>(test - tested.begin())].place;
      if (place) {
        sighting.place = *place;
        sighting.refined = true;
      }
    }
    sighting.box = photo_box(grid, region, photo.geometry);
    sighting.attribution = peak.attribution;
    sighting.look = one.looked[index(own)][i].look;
    const Box& subject = photo.record.subject;
    if (subject.width > 0) {
      x += std::abs((sighting.place.x - subject.x) / subject.width - 0.5);
      y += (sighting.place.y - subject.y) / subject.height;
      placed += 1;
    }
    mark.sightings.push_back(sighting);
  }
  mark.place_x = placed > 0 ? 0.5 + x / placed : kNaN;
  mark.place_y = placed > 0 ? y / placed : kNaN;
  for (std::size_t i = 0; i < pair.side(rival).photos.size(); ++i) {
    const PairPhoto& photo = pair.side(rival).photos[i];
    const Looked& looked = one.looked[index(rival)][i];
    Sighting sighting;
    sighting.photo = photo.record.id;
    sighting.side = rival;
    sighting.testing = photo.testing;
    sighting.place = photo.geometry.to_photo(grid.centre(looked.row, looked.column));
    sighting.box =
        photo_box(grid, window(grid, {looked.row, looked.column}, reach(grid)), photo.geometry);
    sighting.attribution =
        -pair.side(rival).toward[i * pair.cells() +
                                 static_cast<std::size_t>(looked.row * grid.width + looked.column)];
    sighting.look = looked.look;
    mark.counterparts.push_back(sighting);
  }
  const auto best_first = [](std::vector<Sighting>& all, double sign) {
    std::stable_sort(all.begin(), all.end(), [sign](const Sighting& one_, const Sighting& two) {
      if (one_.testing != two.testing) return one_.testing;
      return sign * one_.look > sign * two.look;
    });
    if (all.size() > kSightings) all.resize(kSightings);
  };
  best_first(mark.sightings, 1);
  best_first(mark.counterparts, -1);
}

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

// The genus of both, or words for it.
std::string common_ancestor(const PairMarks& marks) {
  const std::string &a = marks.taxa[0].record.name, &b = marks.taxa[1].record.name;
  const std::string genus = a.substr(0, a.find_first_of(" _"));
  if (genus.size() < a.size() && b.compare(0, genus.size() + 1, a, 0, genus.size() + 1) == 0)
    return "the genus " + genus;
  return "their common ancestor";
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

}  // namespace

PairMarks compare_pair(const store::Reader& atlas, std::shared_ptr<const Model> model,
                       std::int32_t taxon_a, std::int32_t taxon_b, const CompareOptions& options,
                       const ProgressCallback& progress) {
  PairEvidenceOptions gathering;
  gathering.seed = options.seed;
  gathering.threads = options.threads;
  const PairEvidence pair = pair_evidence(atlas, model, taxon_a, taxon_b, gathering, progress);
  report(progress, {"finding marks", 0, 0, "", ""});
  const PairSpace space = pair_space(pair);
  CandidateOptions finding = options.candidates;
  finding.seed = options.seed;
  std::vector<Ranked> ranked;
  for (Candidate& candidate : find_candidates(pair, space, finding)) {
    Ranked one;
    one.rank = candidate.score;
    one.candidate = std::move(candidate);
    ranked.push_back(std::move(one));
  }
  exchange_all(pair, space, model, options, ranked);
  if (options.test) rank_by_removal(pair, model, options, progress, ranked);
  order_and_merge(pair, options, ranked);
  if (options.test) {
    for (const Side side : {Side::kA, Side::kB}) {
      std::vector<std::size_t> which;
      const auto candidates = of_carrier(ranked, side, which);
      PixelTestOptions test;
      test.photo_root = options.photo_root;
      test.controls = options.controls;
      test.threads = options.threads;
      test.seed = options.seed;
      const auto photos = half(pair, side, true);
      auto falls = removal_falls(pair, model, candidates, photos, test, progress);
      std::vector<const Candidate*> placed;
      std::vector<std::size_t> placed_which;
      for (std::size_t c = 0; c < candidates.size(); ++c) {
        ranked[which[c]].tests = std::move(falls[c]);
        if (which[c] < static_cast<std::size_t>(options.placed)) {
          placed.push_back(candidates[c]);
          placed_which.push_back(which[c]);
        }
      }
      test.controls = 0;
      test.place = true;
      const auto places = removal_falls(pair, model, placed, photos, test, progress);
      for (std::size_t c = 0; c < placed.size(); ++c)
        for (std::size_t j = 0; j < photos.size(); ++j)
          ranked[placed_which[c]].tests[j].place = places[c][j].place;
    }
  }

  PairMarks result;
  result.tested = options.test;
  result.held_out = pair.tested_on_held_out;
  result.masked = pair.masked(Side::kA) || pair.masked(Side::kB);
  result.taxa = {describe_taxon(pair, Side::kA), describe_taxon(pair, Side::kB)};
  std::vector<Mark> all;
  std::vector<double> difference, attribution, removal;
  for (Ranked& one : ranked) {
    Mark mark;
    mark.carrier = one.candidate.carrier;
    mark.merged = one.merged;
    mark.subject_share = share_on_subject(pair, one.candidate);
    mark.on_subject = !(mark.subject_share < kOnSubject);
    mark.exchanged = one.exchanged;
    one.looked = look_at(pair, space, one.candidate, mark.on_subject);
    const Chances chances = describe_evidence(pair, one, options, mark);
    difference.push_back(chances.difference);
    attribution.push_back(chances.attribution);
    if (options.test) removal.push_back(describe_removal(pair, one, options, mark));
    mark.strength = std::max(std::max(0.0, one.exchanged), std::max(0.0, one.fall)) /
                    std::max(0.5, median_margin(pair, mark.carrier));
    Count others;
    for (const std::size_t i : half(pair, other(mark.carrier), false)) {
      const auto& member = one.candidate.member[index(other(mark.carrier))];
      const auto first = member.begin() + static_cast<std::ptrdiff_t>(i * pair.cells());
      others.of += 1;
      others.with += std::any_of(first, first + static_cast<std::ptrdiff_t>(pair.cells()),
                                 [](char is) { return is != 0; });
    }
    mark.kind = others.share() >= kInBoth ? MarkKind::kState : MarkKind::kPresence;
    describe_sources(pair, one, mark);
    describe_sightings(pair, one, mark);
    all.push_back(std::move(mark));
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
    if (options.test) {
      mark.removal_q = removal_q[m];
      if (mark.status == MarkStatus::kNotShown && mark.removal_q <= options.false_discovery &&
          mark.beyond.low > 0 &&
          mark.beyond.value >= kLeastEffect * median_margin(pair, mark.carrier) &&
          mark.difference_q <= options.false_discovery &&
          mark.attribution_q <= options.false_discovery)
        mark.status = MarkStatus::kTested;
    }
    const bool shown = mark.status != MarkStatus::kNotShown;
    if (mark.on_subject && shown && on_plate[index(mark.carrier)]++ < kPlateMarks)
      deciding.push_back(ranked[m].looked);
    std::vector<Mark>& list = mark.on_subject ? result.marks : result.context;
    list.push_back(std::move(mark));
    list.back().number = static_cast<int>(list.size());
  }
  result.decided = decide_by_marks(pair, deciding);
  result.verdict = verdict_of(result);
  add_notes(pair, result);
  return result;
}

}  // namespace differentia

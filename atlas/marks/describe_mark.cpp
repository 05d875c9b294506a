#include "atlas/marks/describe_mark.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/statistics.h"

namespace differentia {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kOnSubject = 0.5;
constexpr double kLeastMargin = 0.5;     // logits, that strengths are shares of
constexpr double kInBoth = 0.5;          // share of the other's photos: a state, not a presence
constexpr std::size_t kLeastTested = 5;  // photos of a test
constexpr std::size_t kSightings = 40;   // kept of each mark

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

// What the testing half says of a mark.
MarkChances describe_evidence(const PairEvidence& pair, const RankedCandidate& one,
                              const CompareOptions& options, Mark& mark) {
  MarkChances chances;
  const Side own = mark.carrier, rival = other(own);
  std::array<std::vector<double>, 2> looks;
  for (const Side side : {own, rival}) {
    const std::vector<std::size_t> photos = photos_of_half(pair, side, true);
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

double describe_removal(const PairEvidence& pair, const RankedCandidate& one,
                        const CompareOptions& options, Mark& mark) {
  const std::vector<std::size_t> photos = photos_of_half(pair, mark.carrier, true);
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
void describe_sources(const PairEvidence& pair, const RankedCandidate& one, Mark& mark) {
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
          fmt::format("Seen only in photos of {} {}{} (of {}): it may be {}, not the taxon's.",
                      with.size(), what, with.size() == 1 ? "" : "s", all.size(), whose));
  };
  flag("observer", "theirs",
       [](const store::PhotoRecord& r) -> const std::string& { return r.observer; });
  flag("date", "the day's",
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

void describe_sightings(const PairEvidence& pair, const RankedCandidate& one, Mark& mark) {
  const GridGeometry& grid = pair.layer.grid;
  const Side own = mark.carrier, rival = other(own);
  const std::vector<std::size_t> tested = photos_of_half(pair, own, true);
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

// A state where the cluster is in the other's photos, too.
MarkKind kind_of(const PairEvidence& pair, const Candidate& candidate) {
  const Side rival = other(candidate.carrier);
  const auto& member = candidate.member[index(rival)];
  Count with;
  for (const std::size_t i : photos_of_half(pair, rival, false)) {
    const auto first = member.begin() + static_cast<std::ptrdiff_t>(i * pair.cells());
    with.of += 1;
    with.with += std::any_of(first, first + static_cast<std::ptrdiff_t>(pair.cells()),
                             [](char is) { return is != 0; });
  }
  return with.share() >= kInBoth ? MarkKind::kState : MarkKind::kPresence;
}

}  // namespace

Mark describe_mark(const PairEvidence& pair, const PairSpace& space, RankedCandidate& ranked,
                   const CompareOptions& options, MarkChances& chances) {
  Mark mark;
  mark.carrier = ranked.candidate.carrier;
  mark.merged = ranked.merged;
  mark.subject_share = share_on_subject(pair, ranked.candidate);
  mark.on_subject = !(mark.subject_share < kOnSubject);
  mark.exchanged = ranked.exchanged;
  mark.strength = std::max({0.0, ranked.exchanged, ranked.fall}) /
                  std::max(kLeastMargin, median_margin(pair, mark.carrier));
  ranked.looked = look_at(pair, space, ranked.candidate, mark.on_subject);
  chances = describe_evidence(pair, ranked, options, mark);
  if (options.test) chances.removal = describe_removal(pair, ranked, options, mark);
  mark.kind = kind_of(pair, ranked.candidate);
  describe_sources(pair, ranked, mark);
  describe_sightings(pair, ranked, mark);
  return mark;
}

}  // namespace differentia

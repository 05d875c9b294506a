#include "atlas/marks/rivals_marks.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

namespace differentia {
namespace {

// A mark of the taxon in one of its pairs, in the order of pairs and their lists.
struct Found {
  std::size_t pair;
  const Mark* mark;
  bool holds;
};

bool holds(const Mark& mark, const RivalsMarksOptions& options) {
  if (mark.status != MarkStatus::kUntested) return mark.status == MarkStatus::kTested;
  return mark.difference_q <= options.false_discovery &&
         mark.attribution_q <= options.false_discovery;
}

// In one photo; `one` and `two` are of it.
bool at_one_place(const Sighting& one, const Sighting& two, const RivalsMarksOptions& options) {
  if (overlap(one.box, two.box) >= options.same_box) return true;
  const double side =
      std::pow(one.box.width * one.box.height * two.box.width * two.box.height, 0.25);
  return std::hypot(one.place.x - two.place.x, one.place.y - two.place.y) <=
         options.same_distance * side;
}

// same_place(), and 0 for what is named as two parts.
double fit(const Mark& one, const Mark& two, const RivalsMarksOptions& options) {
  const std::string &part = one.words.part, &other_part = two.words.part;
  const bool two_parts = !part.empty() && !other_part.empty() && part != other_part;
  return two_parts ? 0 : same_place(one, two, options);
}

using Group = std::vector<std::size_t>;  // indexes into `found`

// The best fitting put together first, as long as two groups' marks fit on average (average
// linkage) and none is of one pair, which has told its marks apart.
std::vector<Group> groups_of(const std::vector<Found>& found, const RivalsMarksOptions& options) {
  std::vector<std::vector<double>> fits(found.size(), std::vector<double>(found.size()));
  std::vector<Group> groups;
  for (std::size_t i = 0; i < found.size(); ++i) {
    groups.push_back({i});
    for (std::size_t j = 0; j < i; ++j)
      fits[i][j] = fits[j][i] = fit(*found[i].mark, *found[j].mark, options);
  }
  const auto mean_fit = [&](const Group& one, const Group& two) {
    double sum = 0;
    for (const std::size_t i : one)
      for (const std::size_t j : two) {
        if (found[i].pair == found[j].pair) return 0.0;
        sum += fits[i][j];
      }
    return sum / static_cast<double>(one.size() * two.size());
  };
  while (true) {
    double best = 0;
    std::size_t one = 0, two = 0;
    for (std::size_t i = 0; i < groups.size(); ++i)
      for (std::size_t j = i + 1; j < groups.size(); ++j)
        if (const double mean = mean_fit(groups[i], groups[j]); mean > best) {
          best = mean;
          one = i;
          two = j;
        }
    if (best < options.same_place || best == 0) return groups;
    groups[one].insert(groups[one].end(), groups[two].begin(), groups[two].end());
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(two));
  }
}

void take_smaller(Count& smallest, const Count& count) {
  if (smallest.of == 0 || (count.of > 0 && count.share() < smallest.share())) smallest = count;
}

SharedMark put_together(const std::vector<Found>& found, Group group) {
  std::sort(group.begin(), group.end());
  SharedMark shared;
  for (const std::size_t i : group) {
    shared.against.push_back({found[i].pair, found[i].mark, found[i].holds});
    shared.holds += found[i].holds;
  }
  for (const MarkAgainst& one : shared.against) {
    if (shared.holds > 0 && !one.holds) continue;
    const bool first = shared.strongest == nullptr;
    shared.strength = first ? one.mark->strength : std::min(shared.strength, one.mark->strength);
    if (first || one.mark->strength > shared.strongest->strength) shared.strongest = one.mark;
    take_smaller(shared.seen, one.mark->seen);
    take_smaller(shared.changed_mind, one.mark->changed_mind);
    shared.seen_other.with += one.mark->seen_other.with;
    shared.seen_other.of += one.mark->seen_other.of;
  }
  return shared;
}

std::vector<SharedMark> shared_marks(const std::vector<Found>& found,
                                     const RivalsMarksOptions& options) {
  std::vector<SharedMark> shared;
  for (const Group& group : groups_of(found, options)) shared.push_back(put_together(found, group));
  std::stable_sort(shared.begin(), shared.end(), [](const SharedMark& one, const SharedMark& two) {
    return std::make_tuple(-one.holds, -one.strength) < std::make_tuple(-two.holds, -two.strength);
  });
  return shared;
}

}  // namespace

double same_place(const Mark& one, const Mark& two, const RivalsMarksOptions& options) {
  std::map<std::int32_t, const Sighting*> of_one;  // by photo
  for (const Sighting& sighting : one.sightings) of_one[sighting.photo] = &sighting;
  Count same;
  for (const Sighting& sighting : two.sightings) {
    const auto found = of_one.find(sighting.photo);
    if (found == of_one.end()) continue;
    same.of += 1;
    same.with += at_one_place(*found->second, sighting, options);
  }
  return same.of >= options.least_photos ? same.share() : 0;
}

RivalsMarks marks_against_rivals(const std::vector<PairMarks>& pairs,
                                 const RivalsMarksOptions& options) {
  RivalsMarks result;
  std::vector<Found> marks, context;
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    std::vector<const Mark*> absent;
    for (const Mark& mark : pairs[p].marks) {
      if (mark.carrier == Side::kA)
        marks.push_back({p, &mark, holds(mark, options)});
      else if (holds(mark, options))
        absent.push_back(&mark);
    }
    for (const Mark& mark : pairs[p].context)
      if (mark.carrier == Side::kA) context.push_back({p, &mark, holds(mark, options)});
    result.absent.push_back(std::move(absent));
  }
  result.marks = shared_marks(marks, options);
  result.context = shared_marks(context, options);
  return result;
}

std::string own_words(const Mark& mark) {
  return mark.words.text.substr(0, mark.words.text.find(" ("));
}

}  // namespace differentia

#include "tools/bench/concept_judge.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/random.h"

namespace differentia {
namespace {

constexpr float kShown = 1.f / 3;

// Which parts a position is in, and the one it shows most (0 none).
struct Seen {
  std::vector<bool> in;
  int mainly = 0;
};

std::vector<Seen> seen_parts(const Matrix& parts) {
  std::vector<Seen> result(parts.rows);
  for (std::size_t i = 0; i < parts.rows; ++i) {
    float organism = 0, most = 0;
    for (std::size_t p = 1; p < parts.columns; ++p) organism += parts(i, p);
    result[i].in.assign(parts.columns, false);
    for (std::size_t p = 1; p < parts.columns && organism > 0; ++p) {
      result[i].in[p] = parts(i, p) >= kShown * organism;
      if (parts(i, p) > most) {
        most = parts(i, p);
        result[i].mainly = static_cast<int>(p);
      }
    }
  }
  return result;
}

JudgedConcept judge(const std::vector<std::size_t>& members, const std::vector<Seen>& seen,
                    std::size_t parts) {
  std::vector<double> in(parts, 0), mainly(parts, 0);
  for (const std::size_t i : members) {
    for (std::size_t p = 1; p < parts; ++p) in[p] += seen[i].in[p] ? 1 : 0;
    if (seen[i].mainly > 0) mainly[static_cast<std::size_t>(seen[i].mainly)] += 1;
  }
  JudgedConcept result;
  const auto best = std::max_element(in.begin(), in.end());
  const double n = std::max<double>(1, static_cast<double>(members.size()));
  result.part = static_cast<int>(best - in.begin());
  result.in_part = *best / n;
  result.mainly_part = *std::max_element(mainly.begin(), mainly.end()) / n;
  return result;
}

std::vector<std::vector<std::size_t>> members_of(const std::vector<std::int16_t>& numbers,
                                                 std::size_t concepts) {
  std::vector<std::vector<std::size_t>> members(concepts);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (numbers[i] >= 0) members[static_cast<std::size_t>(numbers[i])].push_back(i);
  return members;
}

// The whole grids of some photos.
Positions some_photos(const Positions& all, const std::set<std::int32_t>& wanted) {
  Positions some;
  some.channels = all.channels;
  some.height = all.height;
  some.width = all.width;
  some.targets = all.targets;
  const auto channels = static_cast<std::size_t>(all.channels);
  const auto targets = static_cast<std::size_t>(all.targets);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (wanted.count(all.photo[i]) == 0) continue;
    some.photo.push_back(all.photo[i]);
    some.row.push_back(all.row[i]);
    some.column.push_back(all.column[i]);
    const auto* activation = all.activation.data() + i * channels;
    some.activation.insert(some.activation.end(), activation, activation + channels);
    const auto* attribution = all.attribution.data() + i * targets;
    some.attribution.insert(some.attribution.end(), attribution, attribution + targets);
    if (!all.subject.empty()) some.subject.push_back(all.subject[i]);
  }
  some.grid_photos = static_cast<int>(some.size()) / std::max(1, all.height * all.width);
  return some;
}

// Best counterpart of each, −1 where it is not mutual or shares less than half.
std::vector<int> counterparts(const std::vector<std::int16_t>& a, std::size_t count_a,
                              const std::vector<std::int16_t>& b, std::size_t count_b) {
  std::vector<double> size_a(count_a, 0), size_b(count_b, 0), dice(count_a * count_b, 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] >= 0) size_a[static_cast<std::size_t>(a[i])] += 1;
    if (b[i] >= 0) size_b[static_cast<std::size_t>(b[i])] += 1;
    if (a[i] >= 0 && b[i] >= 0)
      dice[static_cast<std::size_t>(a[i]) * count_b + static_cast<std::size_t>(b[i])] += 1;
  }
  for (std::size_t k = 0; k < count_a; ++k)
    for (std::size_t j = 0; j < count_b; ++j)
      dice[k * count_b + j] *= 2 / std::max(1.0, size_a[k] + size_b[j]);
  std::vector<int> result(count_a, -1);
  for (std::size_t k = 0; k < count_a && count_b > 0; ++k) {
    std::size_t best = 0;
    for (std::size_t j = 1; j < count_b; ++j)
      if (dice[k * count_b + j] > dice[k * count_b + best]) best = j;
    bool mutual = dice[k * count_b + best] >= 0.5;
    for (std::size_t other = 0; other < count_a; ++other)
      if (dice[other * count_b + best] > dice[k * count_b + best]) mutual = false;
    if (mutual) result[k] = static_cast<int>(best);
  }
  return result;
}

void judge_halves(const Positions& positions, const Normalisation& normalisation,
                  gsl::span<const ConceptPhoto> photos, const GridGeometry& grid,
                  const ConceptOptions& options, ConceptJudgement& result) {
  std::map<std::int64_t, std::size_t> half_of;  // observation → 0 or 1
  for (const ConceptPhoto& photo : photos) half_of.emplace(photo.observation, half_of.size());
  std::set<std::int32_t> halves[2];
  for (const ConceptPhoto& photo : photos)
    halves[half_of.at(photo.observation) % 2].insert(photo.photo);
  const Matrix unit = normalisation.apply(positions);
  const Matrix space = concept_space(unit, folded_places(positions, photos, grid), options.place);
  ConceptSet sets[2];
  std::vector<std::int16_t> numbers[2];
  for (int half = 0; half < 2; ++half) {
    sets[half] =
        find_concepts(some_photos(positions, halves[half]), normalisation, photos, grid, options);
    numbers[half] = assign_concepts(space, sets[half]);
  }
  for (int half = 0; half < 2; ++half) {
    const auto matches = counterparts(numbers[half], sets[half].concepts.size(), numbers[1 - half],
                                      sets[1 - half].concepts.size());
    for (std::size_t k = 0; k < matches.size(); ++k) {
      const bool subject = sets[half].concepts[k].record.subject_share >= 0.5;
      result.halves += 1;
      result.matched += matches[k] >= 0;
      result.subject_halves += subject;
      result.subject_matched += subject && matches[k] >= 0;
    }
  }
}

}  // namespace

ConceptJudgement judge_concepts(const Positions& positions, const Matrix& parts,
                                const Normalisation& normalisation,
                                gsl::span<const ConceptPhoto> photos, const GridGeometry& grid,
                                const ConceptOptions& options) {
  ConceptJudgement result;
  const ConceptSet set = find_concepts(positions, normalisation, photos, grid, options);
  const std::vector<Seen> seen = seen_parts(parts);
  const auto members = members_of(set.concept_number, set.concepts.size());
  std::vector<std::size_t> on_subject;
  for (std::size_t i = 0; i < positions.size(); ++i)
    if (positions.subject[i] >= 0.5f) on_subject.push_back(i);
  result.on_subject = on_subject.size();
  for (const std::size_t i : on_subject) result.covered += set.concept_number[i] >= 0;
  Random random(options.seed, stream_id("concepts by chance"));
  result.found = static_cast<int>(set.concepts.size());
  for (std::size_t k = 0; k < members.size(); ++k) {
    if (!(set.concepts[k].record.subject_share >= 0.5) || members[k].empty()) continue;
    JudgedConcept judged = judge(members[k], seen, parts.columns);
    judged.number = static_cast<int>(k);
    std::vector<std::size_t> drawn;
    for (std::size_t j = 0; j < members[k].size() && !on_subject.empty(); ++j)
      drawn.push_back(on_subject[random.below(static_cast<std::uint32_t>(on_subject.size()))]);
    judged.by_chance = judge(drawn, seen, parts.columns).in_part;
    result.concepts.push_back(judged);
  }
  judge_halves(positions, normalisation, photos, grid, options, result);
  return result;
}

}  // namespace differentia

#include "atlas/marks/look_scale.h"

#include "tests/atlas/marks/planted_pair.h"
#include "tests/catch.h"

using namespace differentia;
using differentia::planted::Pair;

namespace {

// A's mark has the look of channel 1, the same place of B that of channel 2.
void plant(Pair& planted) {
  planted.plant_in_all(Side::kA, 1, 0.5f);
  planted.plant_in_all(Side::kB, 2, 0.5f);
}

Candidate candidate_of(const PairSpace& space) {
  Candidate candidate;
  candidate.carrier = Side::kA;
  candidate.centroid.assign(space.space[0].columns, 0);
  candidate.centroid[1] = candidate.centroid[2] = 0.7f;
  return candidate;
}

}  // namespace

TEST_CASE("the scale of a mark is that of its looks, beyond the pair's photos", "[marks]") {
  Pair planted(12, 12);
  plant(planted);
  const PairEvidence& pair = planted.evidence();
  const PairSpace space = pair_space(pair);
  const Candidate candidate = candidate_of(space);
  const LookScale scale = look_scale(pair, space, candidate, false);
  const auto looked = look_at(pair, space, candidate, false);
  for (const Side side : {Side::kA, Side::kB}) {
    for (std::size_t i = 0; i < 12; ++i) {
      const Looked& one = looked[index(side)][i];
      const auto row = space.looks[index(side)].row(
          i * Pair::kCells + static_cast<std::size_t>(one.row * Pair::kSide + one.column));
      CAPTURE(i);
      CHECK(scale.look(row) == Approx(one.look).margin(1e-4));
      CHECK((scale.look(row) >= scale.threshold) == one.seen);
    }
  }
  CHECK(scale.usual > 0);
}

TEST_CASE("what is like neither taxon is far from both", "[marks]") {
  Pair planted(12, 12);
  plant(planted);
  const PairSpace space = pair_space(planted.evidence());
  const LookScale scale = look_scale(planted.evidence(), space, candidate_of(space), false);
  std::vector<float> foreign(Pair::kChannels, 0);
  foreign[5] = 1;
  CHECK(scale.unlike(foreign) > 1.5);
  // Halfway between the two is like both.
  std::vector<float> between;
  for (std::size_t c = 0; c < scale.own.size(); ++c)
    between.push_back((scale.own[c] + scale.rival[c]) / 2);
  CHECK(scale.unlike(between) < 0.1);
  CHECK(scale.look(between) == Approx(0).margin(1e-4));
}

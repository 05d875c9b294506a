#include "atlas/marks/look.h"

#include "atlas/marks/sufficiency.h"
#include "tests/atlas/marks/planted_pair.h"
#include "tests/catch.h"

using namespace differentia;

namespace {

// A candidate whose place is where the planted part of `channel` is.
Candidate candidate_of(const PairSpace& space, Side carrier, std::size_t channel) {
  Candidate candidate;
  candidate.carrier = carrier;
  candidate.centroid.assign(space.space[0].columns, 0);
  candidate.centroid[channel] = 1;
  return candidate;
}

int seen_in(const std::vector<Looked>& looked, std::size_t first, std::size_t last) {
  int seen = 0;
  for (std::size_t i = first; i < last; ++i) seen += looked[i].seen;
  return seen;
}

using Looks = std::array<std::vector<Looked>, 2>;

// Looks of a mark around +apart in A and −apart in B.
Looks drawn_looks(std::size_t photos, double apart, double noise, std::uint64_t seed) {
  Random random(seed);
  Looks looks;
  for (std::size_t s = 0; s < 2; ++s) {
    looks[s].resize(photos);
    for (Looked& one : looks[s]) one.look = (s == 0 ? apart : -apart) + noise * random.normal();
  }
  return looks;
}

}  // namespace

TEST_CASE("a part is seen in the photos that have it, on either side", "[marks]") {
  planted::Pair planted(12, 12);
  planted.plant_in_all(Side::kA, 3, 0.5f);
  for (const std::size_t i : {7, 9}) planted.plant(Side::kB, i, 1, 1, 3, 0);
  const PairEvidence& pair = planted.evidence();
  const PairSpace space = pair_space(pair);
  const Looks looked = look_at(pair, space, candidate_of(space, Side::kA, 3));
  CHECK(seen_in(looked[0], 0, 6) == 6);
  CHECK(seen_in(looked[0], 6, 12) == 6);
  CHECK(seen_in(looked[1], 0, 6) == 0);
  CHECK(seen_in(looked[1], 6, 12) == 2);
  CHECK(looked[1][7].seen);
  CHECK(planted::Pair::within(looked[1][7].row, 1));
  CHECK(planted::Pair::within(looked[1][7].column, 1));
  // 1 and −1 are the finding halves' means.
  double own = 0, rival = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    own += looked[0][i].look / 6;
    rival += looked[1][i].look / 6;
    CHECK(planted.within(looked[0][i].row, planted.row_of(i)));
    CHECK(planted.within(looked[0][i].column, planted.column_of(i)));
  }
  CHECK(own == Approx(1).margin(1e-4));
  CHECK(rival == Approx(-1).margin(1e-4));
}

TEST_CASE("a state is seen by which of two looks stands at the place", "[marks]") {
  // Both have the part (channel 3); A's has something of channel 4 in it, B's of channel 5.
  planted::Pair planted(12, 12);
  for (const Side side : {Side::kA, Side::kB}) {
    planted.plant_in_all(side, 3, 0.5f);
    const std::size_t tint = side == Side::kA ? 4 : 5;
    auto& activation = planted.activation(side);
    for (std::size_t at = 0; at < activation.size(); at += planted::Pair::kChannels)
      if (activation[at + 3] > 0.9f) activation[at + tint] = 0.6f;
  }
  const PairEvidence& pair = planted.evidence();
  const PairSpace space = pair_space(pair);
  for (const Side carrier : {Side::kA, Side::kB}) {
    const Looks looked = look_at(pair, space, candidate_of(space, carrier, 3));
    CHECK(seen_in(looked[index(carrier)], 6, 12) == 6);
    CHECK(seen_in(looked[index(other(carrier))], 6, 12) == 0);
  }
}

TEST_CASE("a mark on the organism is looked for there, as far as masks tell", "[marks]") {
  // Every photo has the part twice; in A the one at (3, 3) is on the subject, and in B none.
  planted::Pair planted(12, 12);
  planted.plant_in_all(Side::kB, 3, 0);
  for (std::size_t i = 0; i < 12; ++i) {
    planted.plant(Side::kA, i, 0, 0, 3, 0.5f);
    planted.plant(Side::kA, i, 3, 3, 3, 0.5f);
    // Of A's last photo the subject is so small that it covers no position well, and the next to
    // last has no mask.
    for (std::size_t p = 0; p < planted::Pair::kCells; ++p) {
      const bool inside = p / 6 >= 3 && p % 6 >= 3;
      auto& share = planted.evidence().sides[0].subject[i * planted::Pair::kCells + p];
      if (i != 10) share = inside ? (i == 11 ? 0.1f : 1.0f) : 0.0f;
      planted.evidence().sides[1].subject[i * planted::Pair::kCells + p] = 0;
    }
  }
  const PairEvidence& pair = planted.evidence();
  const PairSpace space = pair_space(pair);
  const Looks looked = look_at(pair, space, candidate_of(space, Side::kA, 3), true);
  for (std::size_t i = 0; i < 12; ++i) {
    CAPTURE(i);
    if (i == 10)
      CHECK((planted.within(looked[0][i].row, 3) || planted.within(looked[0][i].row, 0)));
    if (i != 10) CHECK(planted.within(looked[0][i].row, 3));
    if (i != 10) CHECK(planted.within(looked[0][i].column, 3));
    // A mask that covers nothing says nothing of where to look.
    CHECK(planted.within(looked[1][i].row, planted.row_of(i)));
  }
}

TEST_CASE("the testing half moves neither the scale of looks nor what counts as seen", "[marks]") {
  const auto looked_with = [](bool planted_in_testing) {
    planted::Pair planted(12, 12);
    for (std::size_t i = 0; i < 12; ++i)
      if (i < 6 || planted_in_testing) planted.plant(Side::kA, i, 2, 2, 3, 0.5f);
    const PairSpace space = pair_space(planted.evidence());
    return look_at(planted.evidence(), space, candidate_of(space, Side::kA, 3));
  };
  const Looks with = looked_with(true), without = looked_with(false);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(with[0][i].look == without[0][i].look);
    CHECK(with[1][i].look == without[1][i].look);
  }
  CHECK(seen_in(with[0], 6, 12) == 6);
  CHECK(seen_in(without[0], 6, 12) == 0);
}

TEST_CASE("marks that part the two decide all, noise about half", "[marks]") {
  planted::Pair planted(200, 200);
  const PairEvidence& pair = planted.evidence();
  CHECK(decide_by_marks(pair, {}).of == 0);
  const Count clear = decide_by_marks(pair, {drawn_looks(200, 1, 0.1, 1)});
  CHECK(clear.of == 200);
  CHECK(clear.with == 200);
  const Count chance = decide_by_marks(pair, {drawn_looks(200, 0, 1, 2)});
  CHECK(chance.share() == Approx(0.5).margin(0.1));  // three standard deviations
  // A clear mark is not drowned by noisy ones; two middling ones decide more than either.
  const Count drowned = decide_by_marks(
      pair, {drawn_looks(200, 0, 1, 3), drawn_looks(200, 1, 0.1, 1), drawn_looks(200, 0, 1, 4)});
  CHECK(drowned.with >= 198);
  const Looks one = drawn_looks(200, 0.8, 1, 5), two = drawn_looks(200, 0.8, 1, 6);
  const int both = decide_by_marks(pair, {one, two}).with;
  CHECK(both > decide_by_marks(pair, {one}).with);
  CHECK(both > decide_by_marks(pair, {two}).with);
  // A mark of B, whose looks point the other way, decides as well.
  Looks turned = drawn_looks(200, 1, 0.1, 1);
  for (auto& side : turned)
    for (Looked& looked : side) looked.look = -looked.look;
  CHECK(decide_by_marks(pair, {turned}).with == 200);
}

#include "atlas/concept_space.h"

#include <cmath>
#include <numeric>
#include <vector>

#include "atlas/concepts.h"
#include "base/error.h"
#include "base/random.h"
#include "tests/catch.h"

using namespace differentia;

namespace {

// One photo of 80 × 80 pixels, shown as it is, with a grid of 8 × 8 cells of 10.
const GridGeometry kGrid{8, 8, 10, 10, 5, 5};

Positions position_at(int row, int column, std::vector<float> activation) {
  Positions positions;
  positions.channels = static_cast<int>(activation.size());
  positions.height = positions.width = 8;
  positions.photo = {7};
  positions.row = {static_cast<std::uint16_t>(row)};
  positions.column = {static_cast<std::uint16_t>(column)};
  for (const float value : activation) positions.activation.push_back(value);
  return positions;
}

ConceptPhoto photo_with(std::optional<Box> subject) {
  ConceptPhoto photo;
  photo.photo = 7;
  photo.subject = subject;
  photo.geometry = {{80, 80}, {80, 80}, 1, 1, 0, 0};
  return photo;
}

Matrix space_of(const Positions& positions, std::optional<Box> subject, double weight) {
  const std::vector<ConceptPhoto> photos{photo_with(subject)};
  const Normalisation plain{{0, 0, 0}, {1, 1, 1}};
  return concept_space(plain.apply(positions), folded_places(positions, photos, kGrid), weight);
}

}  // namespace

TEST_CASE("a row is the activation and the place on the subject, folded left on right") {
  // Centre (15, 65) in a box from (5, 5) to (65, 75): (10, 60) of (60, 70).
  const Matrix left = space_of(position_at(6, 1, {3, 0, 4}), Box{5, 5, 60, 70}, 2);
  REQUIRE(left.columns == 5);
  const double across = 2 * std::abs(10 / 60.0 - 0.5), down = 2 * (60 / 70.0 - 0.5);
  const double length = std::sqrt(1 + across * across + down * down);
  CHECK(left(0, 0) == Approx(0.6 / length));
  CHECK(left(0, 1) == 0);
  CHECK(left(0, 2) == Approx(0.8 / length));
  CHECK(left(0, 3) == Approx(across / length));
  CHECK(left(0, 4) == Approx(down / length));
  const Matrix right = space_of(position_at(6, 5, {3, 0, 4}), Box{5, 5, 60, 70}, 2);
  CHECK(right(0, 3) == Approx(left(0, 3)));  // (50, 60) lies as far from the middle
}

TEST_CASE("beyond the box a place is its edge; without a box or weight it says nothing") {
  const Matrix beyond = space_of(position_at(7, 7, {1, 0, 0}), Box{0, 0, 20, 20}, 1);
  CHECK(beyond(0, 3) == Approx(beyond(0, 4)));
  CHECK(beyond(0, 3) / beyond(0, 0) == Approx(0.5));
  for (const Matrix& none : {space_of(position_at(0, 0, {1, 0, 0}), std::nullopt, 3),
                             space_of(position_at(0, 0, {1, 0, 0}), Box{0, 0, 80, 80}, 0)}) {
    CHECK(none(0, 0) == 1);
    CHECK(none(0, 3) == 0);
    CHECK(none(0, 4) == 0);
  }
}

TEST_CASE("an activation without length has no place either, and every photo must be known") {
  const Matrix nothing = space_of(position_at(2, 2, {0, 0, 0}), Box{0, 0, 80, 80}, 2);
  CHECK(std::accumulate(nothing.values.begin(), nothing.values.end(), 0.0) == 0);
  CHECK_THROWS_AS(folded_places(position_at(0, 0, {1, 0, 0}), {}, kGrid), InputError);
}

TEST_CASE("place explains what follows it, and nothing of what does not") {
  Random random(3);
  constexpr std::size_t kRows = 3000;
  std::vector<FoldedPlace> places;
  std::vector<std::int64_t> observations;
  std::vector<bool> chosen(kRows, true);
  Matrix follows(kRows, 2), apart(kRows, 2), partly(kRows, 2);
  for (std::size_t i = 0; i < kRows; ++i) {
    places.push_back({0.5 * random.uniform(), random.uniform() - 0.5});
    observations.push_back(static_cast<std::int64_t>(i / 30));
    const bool upper = places[i].down < -0.1;  // an edge between two bins
    follows(i, upper ? 0 : 1) = 1;
    apart(i, random.uniform() < 0.5 ? 0 : 1) = 1;
    partly(i, (random.uniform() < 0.5 ? upper : random.uniform() < 0.4) ? 0 : 1) = 1;
  }
  CHECK(explained_by_place(follows, places, chosen, observations) == Approx(1));
  CHECK(explained_by_place(apart, places, chosen, observations) < 0.01);
  // A coin decides whether the row follows place: the correlation is ½, its square ¼.
  CHECK(explained_by_place(partly, places, chosen, observations) == Approx(0.25).margin(0.04));
  CHECK(explained_by_place(follows, places, std::vector<bool>(kRows, false), observations) == 0);
}

#include "atlas/normalisation.h"

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "tests/catch.h"

using namespace differentia;

namespace {

// `rows` positions around `centre`, channel c spread by `spread[c]`.
Positions positions_around(const std::vector<float>& centre, const std::vector<float>& spread,
                           std::size_t rows, std::uint32_t stream) {
  Random random(7, stream);
  Positions positions;
  positions.channels = static_cast<int>(centre.size());
  for (std::size_t i = 0; i < rows; ++i) {
    positions.photo.push_back(static_cast<std::int32_t>(i));
    for (std::size_t c = 0; c < centre.size(); ++c)
      positions.activation.push_back(centre[c] + spread[c] * static_cast<float>(random.normal()));
  }
  return positions;
}

}  // namespace

TEST_CASE("every taxon counts the same, however many positions it has") {
  NormalisationBuilder builder;
  builder.add(positions_around({0, 4}, {0, 0}, 1000, 0));
  builder.add(positions_around({2, 4}, {0, 0}, 10, 1));
  const Normalisation normalisation = builder.build();
  CHECK(normalisation.centre[0] == Approx(1));
  CHECK(normalisation.scale[0] == Approx(1));  // half the taxa at 0, half at 2
  CHECK(normalisation.centre[1] == Approx(4));
  CHECK(normalisation.scale[1] == 1);  // constant: left as it is
}

TEST_CASE("the order of the taxa changes no bit") {
  const auto one = positions_around({0.1f, 3, -2}, {1, 0.5f, 3}, 500, 0);
  const auto two = positions_around({7, 0.3f, 1}, {2, 0.1f, 1}, 77, 1);
  const auto three = positions_around({1e-3f, 30, 1}, {2, 0.1f, 10}, 5000, 2);
  NormalisationBuilder forward, backward;
  for (const auto* each : {&one, &two, &three}) forward.add(*each);
  for (const auto* each : {&three, &one, &two}) backward.add(*each);
  CHECK(forward.build().centre == backward.build().centre);
  CHECK(forward.build().scale == backward.build().scale);
}

TEST_CASE("vectors come out centred, scaled and of unit length") {
  Normalisation normalisation;
  normalisation.centre = {1, 0};
  normalisation.scale = {2, 0.5f};
  std::vector<float> unit(6);
  normalisation.apply(gsl::span<const float>(std::vector<float>{7, 2, 1, 0, -1, 0}), unit);
  CHECK(unit[0] == Approx(3.0 / 5));
  CHECK(unit[1] == Approx(4.0 / 5));
  CHECK(unit[2] == 0);  // at the centre: no direction
  CHECK(unit[3] == 0);
  CHECK(unit[4] == Approx(-1));
  CHECK(unit[5] == 0);
}

TEST_CASE("what does not fit is refused") {
  NormalisationBuilder builder;
  CHECK_THROWS_AS(builder.build(), InputError);
  builder.add(Positions{});
  CHECK_THROWS_AS(builder.build(), InputError);
  builder.add(positions_around({1, 2}, {1, 1}, 5, 0));
  CHECK_THROWS_AS(builder.add(positions_around({1}, {1}, 5, 0)), InputError);
  CHECK_THROWS_AS(builder.build().apply(positions_around({1, 2, 3}, {1, 1, 1}, 5, 0)), InputError);
}

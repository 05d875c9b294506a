#include "explain/target.h"

#include <cmath>

#include "base/error.h"
#include "tests/catch.h"

namespace differentia {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("against its rivals: the nearest others, weighted by their softmax") {
  const std::vector<float> outputs{2.0f, 5.0f, 4.0f, -1.0f, 4.5f};
  const Target target = Target::against_rivals(2, outputs, 3);
  CHECK(target.layer.empty());
  CHECK(target.offset == 0);
  REQUIRE(target.weights.size() == 4);
  CHECK(target.weights[0] == std::pair(2, 1.0));
  const double sum = std::exp(5.0) + std::exp(4.5) + std::exp(2.0);
  const std::vector<std::pair<int, double>> rivals{
      {1, std::exp(5.0) / sum}, {4, std::exp(4.5) / sum}, {0, std::exp(2.0) / sum}};
  double total = 0;
  for (std::size_t i = 0; i < rivals.size(); ++i) {
    CHECK(target.weights[i + 1].first == rivals[i].first);
    CHECK(target.weights[i + 1].second == Approx(-rivals[i].second));
    total += target.weights[i + 1].second;
  }
  CHECK(total == Approx(-1));

  // One rival: the difference from it. More than there are: all others.
  const Target nearest = Target::against_rivals(1, outputs, 1);
  REQUIRE(nearest.weights.size() == 2);
  CHECK(nearest.weights[1].first == 4);
  CHECK(nearest.weights[1].second == -1);
  CHECK(Target::against_rivals(1, outputs, 99).weights.size() == 5);
  // Equal outputs: the first of them.
  const Target equal = Target::against_rivals(1, std::vector<float>{3, 9, 3, 3, 3, 3, 3, 3}, 4);
  for (int i = 0; i < 4; ++i) CHECK(equal.weights[i + 1].first == std::vector<int>{0, 2, 3, 4}[i]);
  // Large outputs do not overflow.
  const Target large = Target::against_rivals(0, std::vector<float>{900, 900, 800}, 2);
  CHECK(large.weights[1].second == Approx(-1));
  CHECK(std::isfinite(large.weights[2].second));
}

TEST_CASE("rivals need an output that is there, and another one") {
  const std::vector<float> outputs{1, 2};
  CHECK_THROWS_WITH(Target::against_rivals(2, outputs), Contains("There is no output 2"));
  CHECK_THROWS_AS(Target::against_rivals(-1, outputs), InputError);
  CHECK_THROWS_WITH(Target::against_rivals(0, std::vector<float>{1}), Contains("no rivals"));
  CHECK_THROWS_AS(Target::against_rivals(0, outputs, 0), InputError);
}

TEST_CASE("a direction is that of centred and scaled activations") {
  const std::vector<float> direction{0.5f, -2.0f, 0.0f}, centre{1.0f, 3.0f, 7.0f},
      scale{2.0f, 0.5f, 4.0f};
  const Target target = Target::direction("features.13", direction, centre, scale);
  CHECK(target.layer == "features.13");
  REQUIRE(target.weights.size() == 3);
  const std::vector<double> activation{1.5, 2.0, -3.0};
  double z = target.offset, expected = 0;
  for (int i = 0; i < 3; ++i) {
    CHECK(target.weights[i].first == i);
    z += target.weights[i].second * activation[i];
    expected += direction[i] * (activation[i] - centre[i]) / scale[i];
  }
  CHECK(z == Approx(expected));

  CHECK_THROWS_WITH(Target::direction("features.13", direction, {centre.data(), 2}, scale),
                    Contains("features.13"));
  CHECK_THROWS_AS(Target::direction("features.13", direction, centre, {scale.data(), 1}),
                  InputError);
}

}  // namespace
}  // namespace differentia

#include "explain/attribution.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "explain/forward_session.h"
#include "tests/catch.h"
#include "tests/explain/test_models.h"

namespace differentia {
namespace {

std::vector<float> golden_inputs() {
  const auto picture = golden_tensor(test_models_folder() + "/small.golden", "input");
  return {picture.begin(), picture.end()};
}

double sum_of(const Attribution& attribution) {
  double sum = 0;
  for (const float value : attribution.values) sum += value;
  return sum;
}

TEST_CASE("attribution equals its definition in Python, at every number of steps") {
  const auto model = small_model("small");
  const std::string golden = test_models_folder() + "/small.golden";
  const auto grids = ForwardSession(model, {{"stem"}, false, 2}).run(golden_inputs(), 2).grids[0];
  const auto change = golden_tensor(golden, "change");
  const std::vector<std::vector<Target>> targets(2, {Target::difference(1, 2)});
  for (const int steps : {8, 16, 32, 64}) {
    AttributionOptions options;
    options.first_steps = options.most_steps = steps;
    const auto results = TailAttribution(model, "stem", options).run(grids, targets);
    const auto truth = golden_tensor(golden, "attribution." + std::to_string(steps));
    const std::size_t positions = truth.size() / 2;
    double largest = 0;
    for (const double value : truth) largest = std::max(largest, std::abs(value));
    for (int photo = 0; photo < 2; ++photo) {
      const Attribution& one = results[photo][0];
      REQUIRE(one.values.size() == positions);
      CHECK(one.steps == steps);
      CHECK(one.target - one.target_at_zero == Approx(change[photo]).margin(1e-5));
      CHECK(one.residual == Approx(sum_of(one) - (one.target - one.target_at_zero)).margin(1e-6));
      double error = 0;
      for (std::size_t p = 0; p < positions; ++p) {
        error = std::max(error, std::abs(one.values[p] - truth[photo * positions + p]));
      }
      CHECK(error <= 1e-5 * largest);
    }
  }
}

TEST_CASE("steps double until the residual is small, for each target on its own") {
  const auto model = small_model("small");
  const int photos = 9;
  const auto inputs = random_inputs(*model, photos);
  const auto grids = ForwardSession(model, {{"stem"}, false, 4}).run(inputs, photos).grids[0];
  AttributionOptions options;
  options.first_steps = 1;
  options.most_steps = 16;
  options.tolerance = 1e-4;
  std::vector<std::vector<Target>> targets(photos, {Target::output(0), Target::difference(1, 3)});
  targets[4] = {};
  const auto results = TailAttribution(model, "stem", options).run(grids, targets);
  std::vector<int> seen;
  for (int photo = 0; photo < photos; ++photo) {
    REQUIRE(results[photo].size() == targets[photo].size());
    for (std::size_t k = 0; k < results[photo].size(); ++k) {
      const Attribution& one = results[photo][k];
      seen.push_back(one.steps);
      CHECK(one.evaluations == 2 * one.steps - 1);
      const double allowed = 1e-4 * std::max(1.0, std::abs(one.target - one.target_at_zero));
      CHECK((one.steps == 16 || std::abs(one.residual) <= allowed));
      if (one.steps == 1) continue;
      AttributionOptions fewer = options;
      fewer.first_steps = fewer.most_steps = one.steps / 2;
      const auto before = TailAttribution(model, "stem", fewer).run(grids, targets)[photo][k];
      CHECK(std::abs(before.residual) > allowed * (1 - 1e-3));
    }
  }
  CHECK(*std::min_element(seen.begin(), seen.end()) < *std::max_element(seen.begin(), seen.end()));
}

TEST_CASE("a photo's attribution does not depend on the others") {
  const auto model = small_model("small");
  const int photos = 5;
  const auto inputs = random_inputs(*model, photos);
  const auto grids = ForwardSession(model, {{"stem"}, true, 4}).run(inputs, photos).grids[0];
  const std::vector<std::vector<Target>> targets(photos,
                                                 {Target::output(2), Target::difference(0, 3)});
  TailAttribution attribution(model, "stem");
  const auto together = attribution.run(grids, targets);
  for (int photo = 0; photo < photos; ++photo) {
    Grids one = grids;
    one.photos = 1;
    const std::size_t length = grids.values.size() / photos;
    one.values.assign(grids.values.begin() + length * photo,
                      grids.values.begin() + length * (photo + 1));
    const auto alone = attribution.run(one, {targets.data() + photo, 1});
    for (std::size_t k = 0; k < 2; ++k) {
      CHECK(alone[0][k].values == together[photo][k].values);
      CHECK(alone[0][k].steps == together[photo][k].steps);
    }
  }
}

TEST_CASE("the closed form is the path integral, and complete") {
  const auto model = small_model("small");
  const int photos = 3;
  const auto result =
      ForwardSession(model, {{"act#2"}, true, 4}).run(random_inputs(*model, photos), photos);
  const std::vector<std::vector<Target>> targets(photos,
                                                 {Target::output(1), {{{0, 0.5}, {3, -2.0}}}});
  TailAttribution closed(model, "act#2");
  CHECK(closed.closed_form());
  AttributionOptions options;
  options.path_integral = true;
  TailAttribution integral(model, "act#2", options);
  CHECK_FALSE(integral.closed_form());
  CHECK_FALSE(TailAttribution(model, "top").closed_form());  // a ReLU follows
  const auto a = closed.run(result.grids[0], targets, &result.outputs),
             b = integral.run(result.grids[0], targets);
  for (int photo = 0; photo < photos; ++photo) {
    for (std::size_t k = 0; k < 2; ++k) {
      CHECK(a[photo][k].steps == 0);
      CHECK(b[photo][k].steps == 8);
      CHECK(std::abs(a[photo][k].residual) < 1e-5);
      CHECK(a[photo][k].target == Approx(b[photo][k].target).margin(1e-5));
      for (std::size_t p = 0; p < a[photo][k].values.size(); ++p) {
        CHECK(a[photo][k].values[p] == Approx(b[photo][k].values[p]).margin(1e-6));
      }
    }
  }
}

TEST_CASE("attribution refuses what it cannot do") {
  const auto model = small_model("small");
  CHECK_THROWS_AS(TailAttribution(model, "fc"), InputError);
  CHECK_THROWS_AS(TailAttribution(model, "nothing"), UnknownName);
  const auto grids =
      ForwardSession(model, {{"stem"}, false, 1}).run(random_inputs(*model, 1), 1).grids[0];
  TailAttribution attribution(model, "stem");
  const std::vector<std::vector<Target>> beyond(1, {Target::output(4)});
  CHECK_THROWS_AS(attribution.run(grids, beyond), InputError);
  CHECK_THROWS_AS(TailAttribution(model, "act").run(grids, beyond), InputError);
  const auto broken = small_model("broken");
  const auto stem =
      ForwardSession(broken, {{"stem"}, false, 1}).run(random_inputs(*broken, 1), 1).grids[0];
  const std::vector<std::vector<Target>> first(1, {Target::output(0)});
  CHECK_THROWS_WITH(TailAttribution(broken, "stem").run(stem, first),
                    Catch::Matchers::Contains("not finite"));
}

}  // namespace
}  // namespace differentia

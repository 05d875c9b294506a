#include "base/statistics.h"

#include <cmath>

#include "base/random.h"
#include "tests/catch.h"

using namespace differentia;

TEST_CASE("Wilson's interval", "[statistics]") {
  const Estimate share = wilson(8, 10);  // R: prop.test(8, 10, correct = FALSE)
  REQUIRE(share.value == Approx(0.8));
  REQUIRE(share.low == Approx(0.4901625).margin(1e-6));
  REQUIRE(share.high == Approx(0.9433178).margin(1e-6));
  REQUIRE(wilson(0, 5).low == 0);
  REQUIRE(wilson(5, 5).high == 1);
  REQUIRE(std::isnan(wilson(0, 0).value));
}

TEST_CASE("quantiles interpolate", "[statistics]") {
  REQUIRE(quantile({4, 1, 3, 2}, 0.5) == Approx(2.5));
  REQUIRE(quantile({4, 1, 3, 2}, 0) == 1);
  REQUIRE(quantile({4, 1, 3, 2}, 1) == 4);
  REQUIRE(std::isnan(quantile({}, 0.5)));
}

TEST_CASE("the bootstrap resamples groups, not values", "[statistics]") {
  // 20 groups of 10 equal values: the interval is that of 20 values, √10 times wider than that of
  // 200.
  Random random(3);
  std::vector<double> values;
  std::vector<std::int64_t> groups, singles;
  for (int group = 0; group < 20; ++group) {
    const double value = random.normal();
    for (int i = 0; i < 10; ++i) {
      values.push_back(value);
      groups.push_back(group);
      singles.push_back(static_cast<std::int64_t>(singles.size()));
    }
  }
  const Estimate grouped = bootstrap_mean(values, groups, 1),
                 single = bootstrap_mean(values, singles, 1);
  REQUIRE(grouped.value == Approx(single.value));
  REQUIRE((grouped.high - grouped.low) / (single.high - single.low) ==
          Approx(std::sqrt(10.0)).epsilon(0.2));
  REQUIRE(bootstrap_mean(values, groups, 1).low == grouped.low);
  const Estimate lone = bootstrap_mean(values, std::vector<std::int64_t>(values.size(), 7), 1);
  REQUIRE(std::isinf(lone.low));
}

TEST_CASE("rank correlation gives ties their mean rank", "[statistics]") {
  REQUIRE(ranks(std::vector<double>{10, 20, 20, 30}) == std::vector<double>{1, 2.5, 2.5, 4});
  const std::vector<double> x{1, 2, 3, 4, 5};
  REQUIRE(spearman(x, std::vector<double>{1, 8, 27, 64, 125}) == Approx(1));
  REQUIRE(spearman(x, std::vector<double>{5, 4, 3, 2, 1}) == Approx(-1));
  REQUIRE(pearson(x, std::vector<double>{1, 8, 27, 64, 125}) == Approx(0.9431175));
  REQUIRE(std::isnan(pearson(x, std::vector<double>{1, 1, 1, 1, 1})));
}

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

TEST_CASE("sign flips are counted one by one where groups are few", "[statistics]") {
  const auto p = [](const std::vector<double>& values, const std::vector<std::int64_t>& groups) {
    return sign_flip_p(values, groups, 1);
  };
  CHECK(p({1, 2, 3}, {0, 1, 2}) == 1.0 / 8);  // all signs as they are, of eight
  CHECK(p({3, -1}, {0, 1}) == 0.5);           // 4 and 2, of 4, 2, −2, −4
  CHECK(p({1, 1, 2}, {5, 5, 9}) == 0.25);     // two groups: a group's signs flip together
  CHECK(p({-1, -2, -3}, {0, 1, 2}) == 1);
  CHECK(p({0, 0}, {0, 1}) == 1);
  CHECK(p({7}, {0}) == 0.5);
  CHECK(p({}, {}) == 1);
  // Nothing on the whole but for rounding: 0.6, 0.4, 0.2, 0 and 0 are as high, of eight.
  CHECK(p({0.1, 0.2, -0.3}, {0, 1, 2}) == 5.0 / 8);
}

TEST_CASE("sign flips of many groups: near a half where nothing is there, uniform under chance",
          "[statistics]") {
  std::vector<double> symmetric;
  std::vector<std::int64_t> groups;
  for (int i = 1; i <= 15; ++i) {
    symmetric.push_back(i + 0.1 * i * i);
    symmetric.push_back(-symmetric.back());
  }
  for (std::size_t i = 0; i < symmetric.size(); ++i) groups.push_back(static_cast<int>(i));
  CHECK(sign_flip_p(symmetric, groups, 1) == Approx(0.5).margin(0.03));
  CHECK(sign_flip_p(symmetric, groups, 1) == sign_flip_p(symmetric, groups, 1));

  Random random(11);
  constexpr int kTrials = 400;
  int below_10 = 0, below_50 = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> values(20);
    for (double& value : values) value = random.normal();
    const double p = sign_flip_p(values, gsl::span<const std::int64_t>(groups.data(), 20), 1);
    below_10 += p <= 0.1;
    below_50 += p <= 0.5;
    for (double& value : values) value = std::abs(value) + 0.01;
    if (trial == 0)
      CHECK(sign_flip_p(values, gsl::span<const std::int64_t>(groups.data(), 20), 1) < 0.002);
  }
  // Within 3.3 standard deviations of a binomial count.
  CHECK(below_10 == Approx(0.1 * kTrials).margin(20));
  CHECK(below_50 == Approx(0.5 * kTrials).margin(33));
}

TEST_CASE("the rank-sum test against values worked out by hand", "[statistics]") {
  // Hollander and Wolfe (1973), 69f.: U = 35 of 50, z = (35 − 25 − ½) / √(10·5·16/12).
  const std::vector<double> x{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46},
      y{1.15, 0.88, 0.90, 0.74, 1.21};
  CHECK(rank_sum_p(x, y) == Approx(0.5 * std::erfc(9.5 / std::sqrt(2 * 800.0 / 12))));
  CHECK(rank_sum_p(x, y) == Approx(0.1223).margin(1e-4));
  CHECK(rank_sum_p(y, x) == Approx(0.5 * std::erfc(-10.5 / std::sqrt(2 * 800.0 / 12))));
  // Ties: ranks 1, 3 (three times), 6 (three times), 8; U = 13 of 16, the variance
  // 16/12 · (9 − 48/56).
  CHECK(rank_sum_p(std::vector<double>{2, 3, 3, 4}, std::vector<double>{1, 2, 2, 3}) ==
        Approx(0.08602).margin(1e-5));
  CHECK(rank_sum_p(std::vector<double>{1, 1}, std::vector<double>{1, 1, 1}) == 1);
  CHECK(rank_sum_p({}, y) == 1);
  CHECK(rank_sum_p(x, {}) == 1);
}

TEST_CASE("false discovery rates of Benjamini and Hochberg's own example", "[statistics]") {
  // Their table of 15 tests (1995, section 4): the first four are accepted at 5 %.
  std::vector<double> p{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                        0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0};
  const std::vector<double> q = false_discovery_rates(p);
  REQUIRE(q.size() == p.size());
  for (std::size_t i = 0; i < q.size(); ++i) {
    CAPTURE(i);
    CHECK((q[i] <= 0.05) == (i < 4));
    CHECK(q[i] >= p[i]);
    if (i > 0) CHECK(q[i] >= q[i - 1]);
  }
  CHECK(q[3] == Approx(0.0095 * 15 / 4));
  CHECK(q[5] == Approx(0.0298 * 15 / 7));  // 0.0278 · 15 / 6 is more than the seventh's
  CHECK(q[14] == 1);
  // In any order.
  std::swap(p[0], p[3]);
  CHECK(false_discovery_rates(p)[0] == Approx(0.0095 * 15 / 4));
  CHECK(false_discovery_rates({}).empty());
}

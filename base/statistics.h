#pragma once

// Small statistics with their intervals.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <gsl/span>

namespace differentia {

// An estimate with its 95 % interval; NaN throughout where nothing was observed.
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
};

double mean(gsl::span<const double> values);  // NaN for none

// Linear interpolation between order statistics (NumPy's default). REQUIRES 0 <= q <= 1; NaN for
// none.
double quantile(std::vector<double> values, double q);

// Share `successes`/`trials` with Wilson's score interval (Wilson 1927), 95 %.
Estimate wilson(std::size_t successes, std::size_t trials);

// Mean of `values` with a percentile bootstrap interval that resamples whole groups (observations,
// observers): groups[i] names the group of values[i]. With one group the interval is unbounded (−∞,
// ∞).
Estimate bootstrap_mean(gsl::span<const double> values, gsl::span<const std::int64_t> groups,
                        std::uint64_t seed, int resamples = 1000);

// The chance of a mean of `values` at least as high if each group's sign were a coin's (one-sided
// sign-flip test over whole groups; exact up to 12 groups, else by 4000 draws). 1 for no values.
double sign_flip_p(gsl::span<const double> values, gsl::span<const std::int64_t> groups,
                   std::uint64_t seed);

// The chance that values of `x` would exceed those of `y` so often if both were of one kind
// (one-sided Mann–Whitney test, normal approximation with the correction for ties). 1 where either
// is empty.
double rank_sum_p(gsl::span<const double> x, gsl::span<const double> y);

// Benjamini and Hochberg (1995): the false discovery rate at which each of these would be accepted.
std::vector<double> false_discovery_rates(gsl::span<const double> p);

double pearson(gsl::span<const double> x, gsl::span<const double> y);
double spearman(gsl::span<const double> x, gsl::span<const double> y);  // ties get mean ranks

// Ranks 1…n, mean ranks for ties.
std::vector<double> ranks(gsl::span<const double> values);

}  // namespace differentia

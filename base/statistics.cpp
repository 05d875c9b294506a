#include "base/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "base/random.h"

namespace differentia {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNormal975 = 1.959963984540054;

}  // namespace

double mean(gsl::span<const double> values) {
  if (values.empty()) return kNaN;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return kNaN;
  std::sort(values.begin(), values.end());
  const double at = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

Estimate wilson(std::size_t successes, std::size_t trials) {
  if (trials == 0) return {kNaN, kNaN, kNaN};
  const double n = static_cast<double>(trials), share = static_cast<double>(successes) / n;
  const double z2 = kNormal975 * kNormal975;
  const double centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double half =
      kNormal975 / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  return {share, std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

Estimate bootstrap_mean(gsl::span<const double> values, gsl::span<const std::int64_t> groups,
                        std::uint64_t seed, int resamples) {
  if (values.empty()) return {kNaN, kNaN, kNaN};
  std::map<std::int64_t, std::pair<double, double>> sums;  // group → (sum, count)
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto& [sum, count] = sums[groups[i]];
    sum += values[i];
    count += 1;
  }
  const double estimate = mean(values);
  if (sums.size() < 2) return {estimate, -kInfinity, kInfinity};
  std::vector<std::pair<double, double>> units;
  units.reserve(sums.size());
  for (const auto& [group, unit] : sums) units.push_back(unit);
  Random random(seed, stream_id("bootstrap"));
  std::vector<double> means;
  means.reserve(static_cast<std::size_t>(resamples));
  for (int resample = 0; resample < resamples; ++resample) {
    double sum = 0, count = 0;
    for (std::size_t draw = 0; draw < units.size(); ++draw) {
      const auto& unit = units[random.below(static_cast<std::uint32_t>(units.size()))];
      sum += unit.first;
      count += unit.second;
    }
    means.push_back(sum / count);
  }
  return {estimate, quantile(means, 0.025), quantile(means, 0.975)};
}

double sign_flip_p(gsl::span<const double> values, gsl::span<const std::int64_t> groups,
                   std::uint64_t seed) {
  std::map<std::int64_t, double> sums;
  for (std::size_t i = 0; i < values.size(); ++i) sums[groups[i]] += values[i];
  if (sums.empty()) return 1;
  std::vector<double> units;
  double observed = 0;
  for (const auto& [group, sum] : sums) {
    units.push_back(sum);
    observed += sum;
  }
  double all_units = 0;
  for (const double unit : units) all_units += std::abs(unit);
  const double slack = 1e-12 * all_units;  // sums that are equal but for rounding are as high
  constexpr std::size_t kExact = 12;
  if (units.size() <= kExact) {
    const std::size_t all = std::size_t{1} << units.size();
    std::size_t as_high = 0;
    for (std::size_t signs = 0; signs < all; ++signs) {
      double sum = 0;
      for (std::size_t i = 0; i < units.size(); ++i)
        sum += (signs >> i & 1) != 0 ? -units[i] : units[i];
      as_high += sum >= observed - slack;
    }
    return static_cast<double>(as_high) / static_cast<double>(all);
  }
  constexpr int kDraws = 4000;
  Random random(seed, stream_id("sign flips"));
  int as_high = 1;  // as it is counts as one
  for (int draw = 1; draw < kDraws; ++draw) {
    double sum = 0;
    for (const double unit : units) sum += (random.bits() & 1) != 0 ? -unit : unit;
    as_high += sum >= observed - slack;
  }
  return static_cast<double>(as_high) / kDraws;
}

double rank_sum_p(gsl::span<const double> x, gsl::span<const double> y) {
  if (x.empty() || y.empty()) return 1;
  std::vector<double> all(x.begin(), x.end());
  all.insert(all.end(), y.begin(), y.end());
  const std::vector<double> rank = ranks(all);
  const auto m = static_cast<double>(x.size()), n = static_cast<double>(y.size());
  const double u =
      std::accumulate(rank.begin(), rank.begin() + static_cast<std::ptrdiff_t>(x.size()), 0.0) -
      m * (m + 1) / 2;
  std::map<double, double> ties;
  for (const double value : rank) ties[value] += 1;
  double tied = 0;
  for (const auto& [value, count] : ties) tied += count * count * count - count;
  const double total = m + n;
  const double variance = m * n / 12 * (total + 1 - tied / (total * (total - 1)));
  if (!(variance > 0)) return 1;
  return 0.5 * std::erfc((u - m * n / 2 - 0.5) / std::sqrt(2 * variance));
}

std::vector<double> false_discovery_rates(gsl::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> q(p.size(), 1);
  double least = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    least =
        std::min(least, p[order[i]] * static_cast<double>(p.size()) / static_cast<double>(i + 1));
    q[order[i]] = least;
  }
  return q;
}

double pearson(gsl::span<const double> x, gsl::span<const double> y) {
  if (x.size() != y.size() || x.size() < 2) return kNaN;
  const double mean_x = mean(x), mean_y = mean(y);
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean_x) * (y[i] - mean_y);
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : kNaN;
}

std::vector<double> ranks(gsl::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) ++last;
    const double rank = static_cast<double>(first + last) / 2 + 1;
    for (std::size_t i = first; i <= last; ++i) result[order[i]] = rank;
    first = last + 1;
  }
  return result;
}

double spearman(gsl::span<const double> x, gsl::span<const double> y) {
  if (x.size() != y.size()) return kNaN;
  return pearson(ranks(x), ranks(y));
}

}  // namespace differentia

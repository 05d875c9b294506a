#include "atlas/marks/sufficiency.h"

#include <algorithm>
#include <numeric>

namespace differentia {
namespace {

struct Spread {
  double mean = 0, variance = 0;
};

Spread spread_of(const std::vector<double>& values) {
  Spread result;
  if (values.empty()) return result;
  const auto n = static_cast<double>(values.size());
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  for (const double value : values)
    result.variance += (value - result.mean) * (value - result.mean) / n;
  return result;
}

}  // namespace

Count decide_by_marks(const PairEvidence& pair,
                      const std::vector<std::array<std::vector<Looked>, 2>>& looks) {
  Count decided;
  if (looks.empty()) return decided;
  std::vector<double> weights;
  double middle = 0;
  for (std::size_t m = 0; m < looks.size(); ++m) {
    std::array<Spread, 2> spread;
    for (const Side side : {Side::kA, Side::kB}) {
      std::vector<double> values;
      for (std::size_t i = 0; i < looks[m][index(side)].size(); ++i)
        if (!pair.side(side).photos[i].testing) values.push_back(looks[m][index(side)][i].look);
      spread[index(side)] = spread_of(values);
    }
    constexpr double kLeastVariance = 0.01;  // looks are of the order of 1
    const double variance = std::max(kLeastVariance, (spread[0].variance + spread[1].variance) / 2);
    weights.push_back((spread[0].mean - spread[1].mean) / variance);
    middle += weights.back() * (spread[0].mean + spread[1].mean) / 2;
  }
  for (const Side side : {Side::kA, Side::kB}) {
    for (std::size_t i = 0; i < pair.side(side).photos.size(); ++i) {
      if (!pair.side(side).photos[i].testing) continue;
      double sum = 0;
      for (std::size_t m = 0; m < looks.size(); ++m)
        sum += weights[m] * looks[m][index(side)][i].look;
      decided.of += 1;
      decided.with += (sum > middle) == (side == Side::kA);
    }
  }
  return decided;
}

}  // namespace differentia

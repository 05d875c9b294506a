#include "explain/measures/contrastive.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/statistics.h"

namespace differentia {

namespace {

// Calls f(a, b) for each pixel where both have evidence.
template <typename F>
void for_both(const cv::Mat& a, const cv::Mat& b, F f) {
  if (a.size() != b.size()) throw InputError("Two maps that are compared must have one size.");
  for (int y = 0; y < a.rows; ++y) {
    for (int x = 0; x < a.cols; ++x) {
      const float value_a = a.at<float>(y, x), value_b = b.at<float>(y, x);
      if (std::isfinite(value_a) && std::isfinite(value_b)) f(value_a, value_b);
    }
  }
}

}  // namespace

double antisymmetry_error(const cv::Mat& map_ab, const cv::Mat& map_ba) {
  double error = 0, largest = 0;
  for_both(map_ab, map_ba, [&](double ab, double ba) {
    error = std::max(error, std::abs(ab + ba));
    largest = std::max(largest, std::abs(ab));
  });
  return largest > 0 ? error / largest : std::numeric_limits<double>::quiet_NaN();
}

double map_correlation(const cv::Mat& a, const cv::Mat& b) {
  std::vector<double> of_a, of_b;
  for_both(a, b, [&](double value_a, double value_b) {
    of_a.push_back(value_a);
    of_b.push_back(value_b);
  });
  return spearman(of_a, of_b);
}

}  // namespace differentia

#include "explain/measures/inside_mask.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/error.h"

namespace differentia {

InsideMask inside_mask(const cv::Mat& map, const cv::Mat& subject) {
  if (map.size() != subject.size()) throw InputError("Map and mask must have the same size.");
  std::vector<std::pair<float, float>> pixels;  // value, share on the subject
  double area = 0, positive = 0, positive_inside = 0;
  for (int y = 0; y < map.rows; ++y) {
    for (int x = 0; x < map.cols; ++x) {
      const float value = map.at<float>(y, x), share = subject.at<float>(y, x);
      if (!std::isfinite(value) || !std::isfinite(share)) continue;
      pixels.emplace_back(value, share);
      area += share;
      positive += std::max(value, 0.0f);
      positive_inside += static_cast<double>(std::max(value, 0.0f)) * share;
    }
  }
  InsideMask result;
  if (!(area > 0)) return result;
  result.area = area / static_cast<double>(pixels.size());
  if (positive > 0) result.positive = positive_inside / positive;

  std::sort(pixels.begin(), pixels.end(),
            [](const auto& a, const auto& b) { return a.first > b.first; });
  const auto count = static_cast<std::size_t>(std::max(1.0, std::round(area)));
  double inside = 0;
  for (std::size_t begin = 0; begin < count;) {
    std::size_t end = begin;
    double of_group = 0;
    for (; end < pixels.size() && pixels[end].first == pixels[begin].first; ++end)
      of_group += pixels[end].second;
    const double taken = static_cast<double>(std::min(end, count) - begin);
    inside += of_group * taken / static_cast<double>(end - begin);
    begin = end;
  }
  result.rank_accuracy = inside / static_cast<double>(count);
  return result;
}

}  // namespace differentia

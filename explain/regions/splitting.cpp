#include "explain/regions/splitting.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <opencv2/imgproc.hpp>

namespace differentia {

namespace {

// Columns (direction 0) or rows (1) of `bounds` after which to cut, with their necks.
std::vector<std::pair<double, int>> thin_places(const cv::Mat& subject, int direction) {
  cv::Mat counts;
  cv::reduce(subject, counts, direction, cv::REDUCE_SUM, CV_32F);
  counts = counts.reshape(1, 1);
  const int length = counts.cols;
  cv::GaussianBlur(counts, counts, {}, 0.01 * length + 0.5, 0.5, cv::BORDER_REFLECT);
  const float* count = counts.ptr<float>();
  std::vector<std::pair<double, int>> places;
  for (int at = static_cast<int>(0.15 * length); at < static_cast<int>(0.85 * length); ++at) {
    if (at < 1) continue;
    const double widest = std::min(*std::max_element(count, count + at),
                                   *std::max_element(count + at, count + length));
    places.emplace_back(count[at] / std::max(1e-3, widest), at);
  }
  std::sort(places.begin(), places.end());
  std::vector<std::pair<double, int>> chosen;
  for (const auto& place : places) {
    const bool apart = std::all_of(chosen.begin(), chosen.end(), [&](const auto& other) {
      return std::abs(other.second - place.second) > 0.12 * length;
    });
    if (apart) chosen.push_back(place);
    if (chosen.size() == 3) break;
  }
  return chosen;
}

}  // namespace

cv::Rect subject_bounds(const cv::Mat& mask, const cv::Rect& area) {
  cv::Mat labels, statistics, centres;
  const int count = cv::connectedComponentsWithStats(mask(area), labels, statistics, centres);
  int largest = 0;
  for (int i = 1; i < count; ++i)
    largest = std::max(largest, statistics.at<int>(i, cv::CC_STAT_AREA));
  cv::Rect bounds;
  for (int i = 1; i < count; ++i) {
    if (statistics.at<int>(i, cv::CC_STAT_AREA) * 8 < largest) continue;
    bounds |= cv::Rect(
        statistics.at<int>(i, cv::CC_STAT_LEFT), statistics.at<int>(i, cv::CC_STAT_TOP),
        statistics.at<int>(i, cv::CC_STAT_WIDTH), statistics.at<int>(i, cv::CC_STAT_HEIGHT));
  }
  return bounds.empty() ? cv::Rect() : bounds + area.tl();
}

std::vector<Cut> thin_cuts(const cv::Mat& mask, const cv::Rect& area) {
  std::vector<Cut> cuts;
  const cv::Rect bounds = subject_bounds(mask, area);
  if (bounds.empty()) return cuts;
  cv::Mat subject;
  cv::Mat(mask(bounds) != 0).convertTo(subject, CV_32F, 1.0 / 255);
  for (const int direction : {0, 1}) {
    for (const auto& [neck, at] : thin_places(subject, direction)) {
      Cut cut;
      cut.upright = direction == 0;
      cut.neck = neck;
      cut.side[0] = cut.side[1] = area;
      if (direction == 0) {
        const int x = bounds.x + at;
        cut.side[0].width = x - area.x;
        cut.side[1] = {x, area.y, area.br().x - x, area.height};
      } else {
        const int y = bounds.y + at;
        cut.side[0].height = y - area.y;
        cut.side[1] = {area.x, y, area.width, area.br().y - y};
      }
      for (int i = 0; i < 2; ++i) cut.piece[i] = subject_bounds(mask, cut.side[i]);
      const int smaller = std::min(cut.piece[0].area(), cut.piece[1].area());
      if (smaller * 100.0 > static_cast<double>(mask.total())) cuts.push_back(cut);
    }
  }
  return cuts;
}

}  // namespace differentia

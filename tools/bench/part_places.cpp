#include "tools/bench/part_places.h"

#include <algorithm>
#include <filesystem>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "base/random.h"
#include "tools/world/description.h"

namespace differentia {

namespace fs = std::filesystem;

cv::Mat PartPlaces::part_mask(const store::PhotoRecord& photo) const {
  const fs::path path =
      (fs::path(root_) / "parts" / fs::path(photo.path).lexically_relative("photos"))
          .replace_extension(".png");
  cv::Mat mask = cv::imread(path.string(), cv::IMREAD_GRAYSCALE);
  if (mask.empty()) throw FileError(path.string(), path.string() + ": there is no such part mask.");
  return mask;
}

double PartPlaces::distance(const store::PhotoRecord& photo, Point point, const std::string& part) {
  const auto key = std::make_pair(photo.id, part);
  auto found = maps_.find(key);
  if (found == maps_.end()) {
    const cv::Mat away = part_mask(photo) != static_cast<int>(world::part_from_name(part));
    cv::Mat distances;
    if (cv::countNonZero(away) < static_cast<int>(away.total()))
      cv::distanceTransform(away, distances, cv::DIST_L2, 5);
    found = maps_.emplace(key, distances).first;
  }
  const cv::Mat& map = found->second;
  if (map.empty()) return 1;
  const int x = std::clamp(static_cast<int>(point.x), 0, map.cols - 1);
  const int y = std::clamp(static_cast<int>(point.y), 0, map.rows - 1);
  return static_cast<double>(map.at<float>(y, x)) / std::max(map.cols, map.rows);
}

bool PartPlaces::at(const store::PhotoRecord& photo, Point point,
                    const std::vector<std::string>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
    return distance(photo, point, part) <= kPlaceTolerance;
  });
}

Point PartPlaces::random_place(const store::PhotoRecord& photo) const {
  const cv::Mat mask = part_mask(photo);
  std::vector<cv::Point> points;
  cv::findNonZero(mask, points);
  if (points.empty()) return {mask.cols / 2.0, mask.rows / 2.0};
  Random random(1, stream_id("random place"), static_cast<std::uint32_t>(photo.id));
  const cv::Point at = points[random.below(static_cast<std::uint32_t>(points.size()))];
  return {at.x + 0.5, at.y + 0.5};
}

}  // namespace differentia

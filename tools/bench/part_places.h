#pragma once

// Where the parts of a demo world's birds are in its photos, to judge places by.

#include <map>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "atlas/store/records.h"
#include "base/photo_geometry.h"

namespace differentia {

constexpr double kPlaceTolerance = 0.05;  // of the frame's longer side

class PartPlaces {
 public:
  // `root`: of the world's photos; parts/ is beside photos/.
  explicit PartPlaces(std::string root) : root_(std::move(root)) {}

  // From a point (photo coordinates) to the nearest pixel of a part, as a share of the frame's
  // longer side; 1 where the part is not visible. Throws FileError, std::invalid_argument (a name
  // that is no part's).
  double distance(const store::PhotoRecord& photo, Point point, const std::string& part);

  // Whether the point lies within the tolerance of any of the parts.
  bool at(const store::PhotoRecord& photo, Point point, const std::vector<std::string>& parts);

  // A random point on the subject.
  Point random_place(const store::PhotoRecord& photo) const;

 private:
  cv::Mat part_mask(const store::PhotoRecord& photo) const;

  std::string root_;
  std::map<std::pair<std::int32_t, std::string>, cv::Mat> maps_;  // distances in pixels; or empty
};

}  // namespace differentia

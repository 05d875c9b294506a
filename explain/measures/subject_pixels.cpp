#include "explain/measures/subject_pixels.h"

namespace differentia {

cv::Mat subject_pixels(const SubjectMask& mask, Size photo, Size map) {
  const double width = static_cast<double>(photo.width) / map.width;
  const double height = static_cast<double>(photo.height) / map.height;
  cv::Mat subject(map.height, map.width, CV_32FC1);
  for (int y = 0; y < map.height; ++y) {
    for (int x = 0; x < map.width; ++x) {
      subject.at<float>(y, x) =
          static_cast<float>(mask.share(Box{x * width, y * height, width, height}));
    }
  }
  return subject;
}

}  // namespace differentia

#pragma once

// Pictures whose pixels are whole numbers over a photo: subject masks, and the numbers of parts.

#include <cstdint>
#include <map>
#include <string>

#include <opencv2/core.hpp>

#include "base/photo_geometry.h"

namespace differentia {

// 16U, one channel, of the photo's shape, of any size; empty where it cannot be used: not there, no
// picture, or of another shape (by more than 2 %).
cv::Mat read_labels(const std::string& path, Size photo);

// At a place of the photo (photo coordinates), or at its edge next to that. REQUIRES: not empty.
std::uint16_t label_at(const cv::Mat& labels, Size photo, double x, double y);

// 8U, 255 on the subject of a subject mask (base/image/mask.h), whichever individual's; unsure
// pixels are not on it.
cv::Mat subject_pixels(const cv::Mat& labels);

// Names of parts by number, from the photo root's parts.csv (number,name), "_" read as a space;
// empty where there is none.
std::map<int, std::string> part_names(const std::string& photo_root);

}  // namespace differentia

#pragma once

// Subject masks: which pixels of a photo are the organism.

#include <string>

#include <opencv2/core.hpp>

#include "base/error.h"
#include "base/photo_geometry.h"

namespace differentia {

// A mask that cannot be used; `reason` is the why without the path, for lists.
class MaskError : public FileError {
 public:
  MaskError(const std::string& mask_path, std::string why);
  const std::string reason;
};

// A picture in the oriented photo's frame, at the photo's size or smaller: 0 background, 128
// unsure, 255 or any other value (one id per individual) subject. Immutable; safe to use from any
// thread.
class SubjectMask {
 public:
  // `photo`: oriented full size of the photo it belongs to. Throws MaskError: not there, not a
  // picture, a shape that is not the photo's (more than 2 % off, so a mask of the photo as stored,
  // unoriented, is found out).
  static SubjectMask read(const std::string& path, Size photo);

  // `labels`: 8U or 16U, one channel. Beyond 4 million pixels it is shrunk by area.
  SubjectMask(const cv::Mat& labels, Size photo);

  // Share of the box (photo coordinates) on the subject, 0…1, by area; what is unsure and what lies
  // outside the photo counts as neither. NaN where nothing else is left.
  double share(const Box& box) const;

  // Share of the whole photo on the subject.
  double share() const;

  // The smallest box around the subject, in photo coordinates; empty where there is none.
  Box bounds() const;

 private:
  double area(const cv::Mat& integral, const Box& box) const;

  Size photo_;
  double scale_x_ = 1, scale_y_ = 1;  // mask pixels per photo pixel
  cv::Mat subject_;                   // 32S integral image: 255 for a pixel on the subject
  cv::Mat background_;                // the same of the background's pixels
  Box bounds_;
};

}  // namespace differentia

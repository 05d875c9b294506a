#pragma once

// The subject mask as the model's own evidence and the photo's colours suggest it. It is an
// estimate: whoever shows or uses it says so.

#include <string>

#include <opencv2/core.hpp>

namespace differentia {

struct SubjectMaskEstimate {
  // 8UC1 of the photo's shape (as Photo::bgr): 0 background, 128 unsure, 255 subject, whatever
  // number of organisms; SubjectMask reads it as it reads given masks.
  cv::Mat labels;
  // 0…1: how far evidence, colours and outline agree (intersection over union of what each alone
  // would call subject). 0 where no subject was found. A rank, not a probability.
  double confidence = 0;
  std::string how;  // a sentence for a person: that it is an estimate, and from what
};

}  // namespace differentia

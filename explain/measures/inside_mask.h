#pragma once

// How much of a map lies on the subject. That is no merit by itself: a model that goes by the
// background is told truly by a map that lies there.

#include <limits>

#include <opencv2/core.hpp>

namespace differentia {

struct InsideMask {
  // Share of the positive attribution that lies on the subject; NaN where none is positive.
  double positive = std::numeric_limits<double>::quiet_NaN();
  // Relevance rank accuracy (Arras et al. 2022): of the k most salient pixels, k the subject's
  // area, the share on the subject. Pixels that tie at the border are counted by their mean.
  double rank_accuracy = std::numeric_limits<double>::quiet_NaN();
  // The subject's share of the pixels: what a map that knows nothing reaches in both.
  double area = std::numeric_limits<double>::quiet_NaN();
};

// `map`: 32FC1; `subject`: of the same size, from subject_pixels(). Pixels without evidence and
// pixels where the mask is unsure count as neither. NaN throughout without a subject.
InsideMask inside_mask(const cv::Mat& map, const cv::Mat& subject);

}  // namespace differentia

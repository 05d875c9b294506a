#pragma once

// What a map makes of two targets.

#include <opencv2/core.hpp>

namespace differentia {

// How far map(A, B) is from −map(B, A): the largest |m_AB + m_BA| over the largest |m_AB|, over
// pixels where both have evidence. 0 where a map weighs evidence for one against evidence for the
// other, 2 where it does not know them apart (|gradients|). NaN where there is nothing to compare.
double antisymmetry_error(const cv::Mat& map_ab, const cv::Mat& map_ba);

// Spearman's rank correlation of two maps, over pixels where both have evidence; NaN where one is
// constant there.
double map_correlation(const cv::Mat& a, const cv::Mat& b);

}  // namespace differentia

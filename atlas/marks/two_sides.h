#pragma once

// Two marks of different carriers at one place of the body are two sides of one difference: the
// eye-ring of A, and B's face without one. Either moves the model when it is painted over, but only
// where there is something to be seen can it be pointed at.

#include <memory>
#include <vector>

#include <opencv2/core.hpp>

#include "atlas/marks/ranking.h"

namespace differentia {

// How much there is to be seen within a disc: the mean gradient of a picture (8UC3, RGB) in
// OpenCV's 8-bit CIE Lab, on a patch of fixed size, so that a large bird shows no more than a small one.
double structure(const cv::Mat& picture, Point centre, double radius);

// Of two sides of one difference puts that first which clearly shows more (one-sided rank sum test
// over photos of the finding half), unless its rank is under a quarter of the other's: the two change
// places. What is at one place is known from subject masks, so without them nothing changes.
// Throws Interrupted.
void put_what_shows_first(const PairEvidence& pair, const std::shared_ptr<const Model>& model,
                          const CompareOptions& options, std::vector<RankedCandidate>& ranked,
                          const ProgressCallback& progress);

}  // namespace differentia

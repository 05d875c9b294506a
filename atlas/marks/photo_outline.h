#pragma once

// The outline of a subject that the photo's edge may cut.

#include <gsl/span>
#include <opencv2/core.hpp>

#include "atlas/marks/outlines.h"

namespace differentia {

// outline_of() where the subject touches no edge. Else the subject may go on beyond the frame: of
// bounding boxes that do, by up to its own length, that is taken in which the visible part overlaps
// best with the known outlines, if it does so clearly better than the visible part by itself; its
// bounds then reach beyond the photo, and its shape there is that of the outlines like it.
// `subject`: 8U over the whole photo, nonzero on the subject. REQUIRES: known not empty.
Outline whole_outline(const cv::Mat& subject, Size photo, const Box& bounds,
                      gsl::span<const OutlinePlace> known);

}  // namespace differentia

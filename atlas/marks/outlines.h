#pragma once

// Where the place of a mark lies on another individual: carried over from subjects of the most
// similar outline, as they are or mirrored, by its place in their bounding boxes. Needs no network,
// and finds the place in photos that lack the mark.

#include <vector>

#include <gsl/span>
#include <opencv2/core.hpp>

#include "base/photo_geometry.h"

namespace differentia {

// A subject's silhouette, in its bounding box.
struct Outline {
  Box bounds;     // photo coordinates
  cv::Mat shape;  // 32F, 32 × 32, share of each cell on the subject
};

// `subject`: 8U, over the whole photo, nonzero on the subject. `bounds` is clipped to the photo; an
// empty shape where nothing is left.
Outline outline_of(const cv::Mat& subject, Size photo, const Box& bounds);

// How alike two silhouettes are, 0…1: the overlap of their shapes, as they are or mirrored, over
// what either covers. REQUIRES shapes.
double likeness(const Outline& a, const Outline& b);

// A place on an individual.
struct OutlinePlace {
  Outline outline;
  Point place;        // photo coordinates
  double radius = 0;  // photo pixels
};

// The median of the places carried over from the five of `known` whose outlines overlap most, with
// a radius that follows the subjects' size. REQUIRES: known not empty, all outlines with a shape.
OutlinePlace carried_over(gsl::span<const OutlinePlace> known, const Outline& to);

}  // namespace differentia

#pragma once

// Measures of what patches of photos look like: which colours one set of patches shows and another
// does not, and whether a patch is barred, streaked or spotted. Knows nothing of models or marks.

#include <optional>
#include <string>
#include <vector>

#include <gsl/span>
#include <opencv2/core.hpp>

#include "atlas/marks/colour_names.h"
#include "base/image/photo.h"

namespace differentia {

// What lies around a place of one photo.
struct Patch {
  cv::Mat lab;     // 32FC3, CIE Lab
  cv::Mat weight;  // 32F, how much each pixel counts, 0…1: most at the place, 0 off the mask
  double left = 0, top = 0;    // of the patch in the photo, photo coordinates
  double scale = 1;            // patch pixels per photo pixel
  std::optional<double> axis;  // of the subject's length, radians from the photo's rows; if known
};

// A disc of `radius` (photo pixels) around `place`. `mask`: 8U, any size, over the whole photo,
// nonzero where pixels count; empty: everywhere. Nothing where fewer than 12 pixels count.
std::optional<Patch> cut_patch(const Photo& photo, const cv::Mat& mask, Point place, double radius);

// The direction in which a mask's pixels spread most, radians from its rows; none where they spread
// alike all around.
std::optional<double> long_axis(const cv::Mat& mask);

// What differs in colour between two sets of patches.
struct ColourDifference {
  Lab own;                                // what the first set shows more of
  Lab other;                              // what the second shows more of
  double own_share = 0, other_share = 0;  // of either set's patches, of the colour `own`
  double apart = 0;  // share of the first set's pixels whose colours the second lacks, 0…1
  // For each of the first set's patches, 32F: how much a pixel is of the colour `own`, 0…1, times
  // its weight.
  std::vector<cv::Mat> where;
};

// A thin part is not drowned by what is around it: colours are compared in a smoothed histogram of
// each patch, and those count whose share differs between the sets by much of what it varies within
// them. Nothing where either set is empty.
std::optional<ColourDifference> differing_colour(gsl::span<const Patch> own,
                                                 gsl::span<const Patch> others);

struct PatternMeasure {
  double contrast = 0;   // root mean square of what is finer than half the disc, L*
  double coherence = 0;  // of its directions, 0 (all alike) … 1 (one)
  double across = 0;     // angle between its lines and the subject's length, 0…π/2; 0 if unknown
  double elongation = 1;  // median length over width of its blots
  int blots = 0;          // darker or lighter than what is around them
  double pixels = 0;      // that count
};

PatternMeasure measure_pattern(const Patch& patch);

enum class MarkPattern { kUnsure, kPlain, kBarred, kStreaked, kSpotted };

// Of several patches of one kind: a pattern only where most of them clearly have it; plain only
// where most are clearly smooth.
MarkPattern pattern_of(gsl::span<const PatternMeasure> patches);

const char* pattern_name(MarkPattern pattern);  // "barred"; "" for unsure

}  // namespace differentia

#pragma once

// Regions of one photo: shown to the model one at a time, split where the pieces stand by
// themselves, and named.

#include <vector>

#include <gsl/span>
#include <opencv2/core.hpp>

#include "base/image/photo.h"
#include "explain/regions/window_probe.h"

namespace differentia {

struct Region {
  cv::Rect area;    // nothing of it lies outside; pixels of the mask
  cv::Rect bounds;  // of the subject in it
  WindowAnswer answer = {};
  std::vector<float> scores = {};  // of all outputs
};

// Not thread-safe. Keeps references: probe, photo and mask must outlive it.
class Splitter {
 public:
  // `mask`: 8UC1, 0 or 255, of any size: the whole photo, stretched.
  Splitter(WindowProbe& probe, const Photo& photo, const cv::Mat& mask);

  // The mask's subjects, split as often as a cut is worth more than `least` (IdentifyOptions::split
  // has the rule), not yet named. Empty where the mask is.
  std::vector<Region> regions(double least);

  // The model's answer for each region, shown with what lies around it, the other regions covered
  // by what lies around them.
  void name(std::vector<Region>& regions);

  Box in_photo(const cv::Rect& box) const;

  // The mask within the region's bounds, of the mask's size.
  cv::Mat mask_of(const Region& region) const;

 private:
  void split(const Region& region, double least, int depth, std::vector<Region>& result);
  void ask(std::vector<Region>& regions, gsl::span<const View> views);

  WindowProbe& probe_;
  const Photo& photo_;
  const cv::Mat& mask_;
  double step_x_, step_y_;
};

// `bgr` (8UC3) with what `hidden` marks (8UC1, not 0, of any size: stretched) replaced by a blur of
// what it does not.
cv::Mat covered(const cv::Mat& bgr, const cv::Mat& hidden);

}  // namespace differentia

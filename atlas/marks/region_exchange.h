#pragma once

// A region of one photo given the look of another photo's: does the model mind whose it is?
// Covering a region also takes away its edges and its brightness, and paints what is beside it over
// it; what is exchanged for the same region of its own kind, and for that of the other kind,
// differs in the look alone.

#include <vector>

#include <gsl/span>
#include <opencv2/core.hpp>

#include "atlas/marks/removal.h"

namespace differentia {

// A region in a photo as the model's input shows it.
struct RegionPicture {
  cv::Mat picture;  // 8UC3; Removal::picture()
  cv::Mat mask;     // 8U, what is exchanged
  cv::Mat core;     // 8U, not empty; what it is surely made of: another is given these pixels alone
  double solid = 1;  // share of it that is not at its edge
};

// `to` with its region filled from `from`'s: bounding box onto bounding box, as it is or mirrored,
// whichever fits the outline better; where the other has nothing, its nearest pixel.
Painted exchanged(const RegionPicture& to, const RegionPicture& from);

// How far two regions are of one shape and size, 0…1, for the choice of what to exchange.
double likeness(const RegionPicture& one, const RegionPicture& two);

}  // namespace differentia

#pragma once

// Where a region that a person names or draws is in all photos of a pair.

#include <array>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "atlas/marks/pair_evidence.h"
#include "atlas/marks/pair_space.h"

namespace differentia {

// What a person gives: the name of a part, or a box drawn on one photo.
struct BookRegion {
  std::string part;  // of the photo set's parts.csv, in any case; empty: the box
  Side side = Side::kA;
  std::size_t photo = 0;  // index into the side's photos
  Box box;                // photo coordinates
};

// The region in one photo.
struct RegionThere {
  bool found = false;
  cv::Mat mask;  // 8U, 255 on it, of the model's input's size; empty: not found.
                 // A part's is a little wider, for its soft edge
  cv::Mat core;  // the same without any pixel at its edge, as far as that leaves some
  double solid =
      1;  // area of what is not at its edge, over its own: of thin and small parts little
  int row = 0, column = 0;      // the position that most of it lies over
  std::vector<float> coverage;  // of each position's cell, 0…1
  Box box;                      // around it, photo coordinates
  Point place;                  // its middle, photo coordinates
};

// Of every photo of both sides.
using RegionInPhotos = std::array<std::vector<RegionThere>, 2>;

// A part's region is where its pixels are, in photos whose column `parts` names a picture. A box is
// carried over by what it looks like to the layer: the mean of its positions in the pair's space,
// sharpened on the finding half of its own taxon, is looked for in every other photo in a window of
// the box's size, as its subject's size has it, near where the subject's outline (outlines.h) would
// have it; a photo whose best window is not half as like it as is usual does not show it. Throws
// InputError: no such part (with those that there are), no photo with parts, a box that covers
// nothing of what the model sees.
RegionInPhotos region_in_photos(const PairEvidence& pair, const PairSpace& space,
                                const BookRegion& region, const std::string& photo_root,
                                int threads = 1);

}  // namespace differentia

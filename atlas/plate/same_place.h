#pragma once

// Where a mark's place lies on individuals of the other taxon.

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "atlas/marks/outlines.h"
#include "atlas/plate/plate_pictures.h"

namespace differentia {

class SamePlace {
 public:
  explicit SamePlace(const PlatePhotos& photos) : photos_(photos) {}

  // The first `most` of the mark's counterparts. Where masks tell, each lies where the place of the
  // mark is carried over to by the carrier's most similar outlines (atlas/marks/outlines.h): the
  // model's own nearest position may be anywhere in photos that lack the mark. Others stay as they
  // are, as do all where fewer than three of the carrier's subjects are known, and context cues.
  std::vector<Sighting> counterparts(const Mark& mark, std::size_t most);

  // How alike the poses of two photos' subjects are, 0…1: their outlines and how broad they are; 0
  // where masks do not tell.
  double same_pose(std::int32_t photo, std::int32_t of);

 private:
  // No shape where there is no mask, or it cannot be read.
  const Outline& outline(std::int32_t photo);

  const PlatePhotos& photos_;
  std::map<std::int32_t, Outline> outlines_;
};

}  // namespace differentia

#pragma once

// Puts a plate together: what stands where on the page.

#include "atlas/plate/draw_plate.h"
#include "atlas/plate/plate_page.h"
#include "atlas/plate/plate_pictures.h"

namespace differentia {

struct ComposedPlate {
  PlatePage page;
  double width = 0, height = 0;
  // Of every text and picture, for whoever asks whether they keep apart.
  std::vector<Box> texts, pictures;
};

ComposedPlate compose_plate(const PairMarks& pair, const PlateOptions& options,
                            const PlatePictures& pictures);

}  // namespace differentia

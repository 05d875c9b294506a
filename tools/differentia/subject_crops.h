#pragma once

// Which crops a photo gives: one for each organism, or one for each taxon.

#include <string>
#include <vector>

#include <gsl/span>

#include "base/crop_box.h"
#include "explain/regions/identify.h"

namespace differentia::cli {

enum class CropBy { kOrganism, kTaxon };

struct SubjectCrop {
  int output = 0;              // the taxon
  std::vector<int> organisms;  // in it, indices into IdentifyResult::organisms
  std::vector<int> others;     // that it shows in part as well, more than a tenth of their boxes
  Crop crop;
};

// In the order of their first organisms. A crop stops halfway to what does not belong in it, as far
// as the shape allows. By taxon, organisms of one taxon share a crop unless another taxon's
// organism would come with it: then each has its own.
std::vector<SubjectCrop> subject_crops(gsl::span<const Organism> organisms, CropBy by,
                                       const CropShape& shape, const CropFrame& frame);

}  // namespace differentia::cli

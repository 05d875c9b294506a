#pragma once

// The rows of identify and of the subject mask estimate, judged on a rendered world's boxes and
// masks and on the pets' masks, which the finding code never sees.

#include <string>
#include <vector>

#include "base/progress.h"
#include "tools/bench/row.h"

namespace differentia {

struct IdentifyBenchOptions {
  std::string world;  // folder that write_world() made, of another seed than 3, 21, 22 (tuned on)
                      // and 1 (trained on)
  std::string model;  // trained on it
  std::string pets = "../shared/real/pets";  // left out where it is not there
  int singles = 96;                          // photos of one bird
  int several = 96;                          // photos of two or three birds
  int pasted = 24;                           // pairs of two pets
  int pet_photos = 30;                       // held-out ones, of all breeds alike
};

// Both species named, boxes at IoU 0.5, single birds not split, and for comparison counts, names,
// photos of background alone.
std::vector<BenchRow> bench_identify(const IdentifyBenchOptions& options,
                                     const ProgressCallback& progress = {});

// IoU of estimated masks: off-centre demo birds, pets against GrabCut from a centred rectangle on
// the same photos; how the confidence ranks them.
std::vector<BenchRow> bench_masks(const IdentifyBenchOptions& options,
                                  const ProgressCallback& progress = {});

}  // namespace differentia

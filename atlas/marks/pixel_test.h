#pragma once

// The test by removal: what the network says of the carrier's photos with a candidate taken out,
// and with the same area elsewhere on the subject taken out instead.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atlas/marks/candidates.h"
#include "atlas/marks/region.h"
#include "base/progress.h"
#include "explain/model.h"

namespace differentia {

// One candidate in one of its carrier's photos. Falls are of the carrier's margin, logits.
struct RemovalFall {
  bool read = false;                // the photo could be read
  bool seen = false;                // the candidate is seen there; else all falls are 0
  double margin = 0;                // of the photo as it is
  double fall = 0;                  // its removal
  std::optional<double> elsewhere;  // mean of removals elsewhere; none: nothing fits
  std::optional<Point> place;       // from the pixels, photo coordinates, where asked for
};

struct PixelTestOptions {
  std::string photo_root;
  int controls = 3;    // other places; 0: none
  bool place = false;  // also work out places from the pixels
  int threads = 1;
  std::uint64_t seed = 1;
};

// Whether a candidate is on the subject: by the largest share of any of its cells, a mean over the
// finding half, because thin parts cover no cell. NaN where no masks are given.
double share_on_subject(const PairEvidence& pair, const Candidate& candidate);

// falls[c][j]: of candidates[c] in photos[j] (indexes into its carrier's photos). All candidates
// are of one carrier. Throws InputError where no photo can be read; Interrupted.
std::vector<std::vector<RemovalFall>> removal_falls(const PairEvidence& pair,
                                                    const std::shared_ptr<const Model>& model,
                                                    const std::vector<const Candidate*>& candidates,
                                                    const std::vector<std::size_t>& photos,
                                                    const PixelTestOptions& options,
                                                    const ProgressCallback& progress = {});

}  // namespace differentia

#pragma once

// From photos to activations: decoding, preprocessing and the network overlap, taxon by taxon, in
// bounded memory.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "atlas/activations.h"
#include "atlas/photo_set.h"
#include "base/progress.h"
#include "explain/model.h"

namespace differentia {

struct CollectOptions {
  int grids_per_taxon = 64;    // photos whose whole grid is kept, spread over observations
  int samples_per_photo = 16;  // random positions kept of each further photo
  int deep_per_photo = 4;      // random positions kept of each photo at the deep layer
  int rivals = 2;  // strongest rival outputs attributed besides the taxon's own; by mean logit over
                   // the photos whose grids are kept (at least 16)
  bool attribute = true;  // without: no attribution, much faster
  int threads = 0;        // workers; 0: all cores. Results do not depend on it
  int batch = 8;  // photos of one run of the network; a taxon's last run is filled up with blanks
  std::uint64_t seed = 1;
};

// The photos of a taxon are taken in an order that is random but spread over observations (each
// observation's first photo before any observation's second; a photo without one is its own): the
// first grids_per_taxon give grids, so chosen that half of them at least are not marked train where
// there are as many (prevalence rests on those); one that is unreadable among them is not replaced.
// The order, and the positions sampled of a photo, depend on the seed and the photo set alone.
//
// outputs[t] is the model's output for taxon t of the photo set, or −1 where it has none (then
// nothing is attributed). Calls `consume` once per taxon, in order, on the calling thread, while
// the workers go on with the next taxa; skips taxa for which `skip` (may be empty; asked once of
// each, before any work) says yes. A photo that cannot be read gets its outcome and the rest goes
// on. Throws Interrupted when `progress` (called on the calling thread) answers no, and whatever
// `consume` or a worker throws; all workers have ended by then.
//
// Holds in memory: the grids of two taxa (more where they are small), a few batches, and the
// samples of the taxa at work.
void collect(const PhotoSet& photos, std::shared_ptr<const Model> model,
             const std::vector<int>& outputs, const CollectOptions& options,
             const std::function<void(TaxonActivations&&)>& consume,
             const std::function<bool(int taxon)>& skip = {},
             const ProgressCallback& progress = {});

// The model's output of each taxon by label (exact, then case-insensitive with _ as space); −1
// where there is none. Throws InputError when no taxon fits any label, naming some of both.
std::vector<int> outputs_of_taxa(const PhotoSet& photos, const ModelCard& card, int model_outputs);

}  // namespace differentia

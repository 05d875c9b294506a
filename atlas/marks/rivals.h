#pragma once

// A taxon's nearest rivals: those that the model confuses it with, and then those whose logit comes
// nearest to its own.

#include <cstdint>
#include <memory>
#include <vector>

#include <gsl/span>

#include "atlas/marks/pair_marks.h"
#include "atlas/store/named_photos.h"
#include "atlas/store/reader.h"
#include "explain/model.h"

namespace differentia {

struct NearRival {
  std::int32_t taxon = 0;  // id
  Count named;             // photos of the taxon that the model names as the rival
  Count named_back;        // photos of the rival that it names as the taxon
  double at_least = 0;     // as ConfusedPair::at_least
  double margin = 0;       // the taxon's own logit less the rival's, mean over its photos, logits

  bool confused() const { return named.with + named_back.with > 0; }
};

inline constexpr int kLeastConfused = 2;  // photos; one may be an accident of that photo

// Every taxon with an output other than the taxon's own: those that it is confused with in
// kLeastConfused photos or more (of either) by at_least, most first, then the others by margin,
// smallest first, then by id. Confusions are counted in photos not marked `train` where the atlas
// has such. `taxa` by id; `mean_logits`: of every output, over photos of the taxon. REQUIRES that
// the taxon has an output.
std::vector<NearRival> nearest_rivals(const std::vector<store::TaxonRecord>& taxa,
                                      const std::vector<store::NamedPhotos>& named,
                                      std::int32_t taxon, gsl::span<const double> mean_logits);

// Of every output of the model, over the taxon's photos whose whole grids are kept, those not
// marked `train` where there are such. Throws InputError where there are none or the model is not
// the atlas's.
std::vector<double> mean_logits_of(const store::Reader& atlas, std::shared_ptr<const Model> model,
                                   std::int32_t taxon);

}  // namespace differentia

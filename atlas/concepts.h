#pragma once

// A taxon's concepts: clusters of its activations with a cosine threshold, found by FAISS spherical
// k-means, coarse where the target's attribution is nil and finer where it is (design.md,
// "concept"). Reads photos' activations, attribution and given subject masks; nothing else.

#include <cstdint>
#include <optional>
#include <vector>

#include <gsl/span>

#include "atlas/activations.h"
#include "atlas/concept_space.h"
#include "atlas/normalisation.h"
#include "atlas/store/records.h"
#include "base/matrix.h"
#include "base/photo_geometry.h"
#include "base/progress.h"

namespace differentia {

// What concepts need to know of a photo besides its activations.
struct ConceptPhoto {
  std::int32_t photo = 0;  // as in Positions::photo
  std::int64_t observation =
      0;               // equal for photos of one observation; the photo's own number where unknown
  bool tested = true;  // not marked `train`
  std::int32_t form = 0;       // 0 where unknown
  std::optional<Box> subject;  // bounding box of the subject in photo pixels, where a mask is given
  InputGeometry geometry;
};

struct ConceptOptions {
  int min_concepts = 6;
  int max_concepts = 40;
  int exemplars = 12;  // of each concept at most, each from another observation
  double place = 0;    // weight of place, the side of a bounding box against 1 for the activation
                       // (concept_space); what the photos bear out is place_weight()
  std::uint64_t seed = 1;
};

// record: everything but id, map, label and icon, which whoever writes the atlas fills in. `medoid`
// indexes Positions; an exemplar's `photo` is as in Positions::photo.
struct Concept {
  store::ConceptRecord record;
  std::vector<store::ExemplarRecord> exemplars;  // best first; concept_id and icon not filled in
};

struct ConceptSet {
  Matrix
      centroids;  // concepts * (channels + store::kPlaceColumns), unit rows of the concepts' space
  std::vector<Concept> concepts;  // by number: most attribution to the taxon's own target first
  std::vector<std::int16_t>
      concept_number;  // of each position; −1: below the threshold of its nearest concept
  std::vector<float> similarity;  // of each position to its nearest concept, cosine
  double place = 0;  // weight of place that it was found with: ConceptOptions::place, or 0 where
                     // place_known() is false
  bool prevalence_on_tested =
      true;  // false: no photo is tested, prevalence speaks of training photos
};

// Whether every photo of `positions` has a subject's box. A row without a place cannot be compared
// with rows that have one (it would be far from every concept that stands at an edge of the box),
// so where masks are given for only some of a taxon's photos, place does not count for that taxon.
bool place_known(const Positions& positions, gsl::span<const ConceptPhoto> photos);

// The weight that place deserves at a layer: `factor` times the share of the activations' variance
// that it explains, a mean over taxa. On sprawling cats it explains 0.04, on the demo world's birds
// 0.2.
constexpr double kPlaceFactor = 16;
double place_weight(gsl::span<const double> explained, double factor = kPlaceFactor);

// That share for one taxon, over the positions where concepts should be small.
double explained_by_place(const Positions& positions, const Normalisation& normalisation,
                          gsl::span<const ConceptPhoto> photos, const GridGeometry& grid);

// `photos`: one for each photo that occurs in `positions`, any order. `positions.attribution`'s
// first column is the taxon's own target; without attribution, concepts are ordered by prevalence.
// `grid` is the layer's. Fewer concepts than min_concepts come out where the positions do not hold
// as many. No positions: an empty set.
ConceptSet find_concepts(const Positions& positions, const Normalisation& normalisation,
                         gsl::span<const ConceptPhoto> photos, const GridGeometry& grid,
                         const ConceptOptions& options = {}, const ProgressCallback& progress = {});

// The nearest concept of other positions of the same layer, −1 below its threshold: what
// find_concepts did. `space`: their rows by concept_space with the same
// weight of place.
std::vector<std::int16_t> assign_concepts(const Matrix& space, const ConceptSet& concepts,
                                          std::vector<float>* similarity = nullptr);

}  // namespace differentia

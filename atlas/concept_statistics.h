#pragma once

// What is said of a concept once its positions are known.

#include <cstdint>
#include <vector>

#include <gsl/span>

#include "atlas/concepts.h"

namespace differentia {

struct ConceptStatistics {
  std::vector<Concept> concepts;  // in the order of the numbers given
  bool prevalence_on_tested = true;
};

// `number` (−1: none) and `similarity`: of each position; `thresholds`: of each concept.
// REQUIRES: every photo of `positions` is among `photos`.
ConceptStatistics concept_statistics(const Positions& positions,
                                     gsl::span<const std::int16_t> number,
                                     gsl::span<const float> similarity,
                                     gsl::span<const double> thresholds,
                                     gsl::span<const ConceptPhoto> photos, const GridGeometry& grid,
                                     const ConceptOptions& options);

}  // namespace differentia

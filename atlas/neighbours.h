#pragma once

// The k nearest neighbours of every row among the others, by inner product (cosine for unit
// vectors). Exact in batches through BLAS up to a size, FAISS's inverted lists above it. The result
// is the same for any number of threads.

#include <cstddef>
#include <cstdint>
#include <vector>

#include <gsl/span>

#include "base/matrix.h"
#include "base/progress.h"

namespace differentia {

struct Neighbours {
  std::size_t rows = 0;
  std::size_t k = 0;  // columns; min(asked, rows − 1)
  std::vector<std::int32_t>
      index;  // rows * k, nearest first, the row itself left out; −1: none found (IVF only)
  std::vector<float> similarity;  // rows * k, inner products; falling along a row
};

struct NeighbourOptions {
  std::size_t k = 50;
  std::size_t exact_up_to = 200000;  // rows; above, inverted lists
  int probes = 32;                   // lists searched (inverted lists only)
  std::uint64_t seed = 1;            // of the lists' centroids
};

// `unit`: rows of unit length (zero rows allowed). Ties are broken by the lower index.
Neighbours find_neighbours(const Matrix& unit, const NeighbourOptions& options = {},
                           const ProgressCallback& progress = {});

}  // namespace differentia

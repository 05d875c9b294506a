#pragma once

// FAISS k-means on the unit sphere, and who is nearest to which centroid.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/matrix.h"

namespace differentia {

// `count` unit centroids of the unit rows. The same rows and seed give the same centroids.
// REQUIRES 0 < count <= rows.rows.
Matrix spherical_k_means(const Matrix& rows, std::size_t count, std::uint32_t seed);

// The nearest centroid of each row (lowest number of equals; −1 where there is no centroid) and the
// cosine to it.
void nearest_centroids(const Matrix& unit, const Matrix& centroids,
                       std::vector<std::int32_t>& nearest, std::vector<float>& similarity);

}  // namespace differentia

#pragma once

// The first principal components of many rows, by subspace iteration: exact enough to start a map
// or to shorten vectors, the same bits on any number of threads.

#include <cstdint>
#include <vector>

#include "base/matrix.h"

namespace differentia {

struct PrincipalComponents {
  std::vector<float> mean;  // per column
  Matrix directions;  // components × columns, orthonormal, by falling variance; signs fixed so that
                      // the largest entry is positive
  std::vector<double> variance;  // along each
};

// At most min(count, columns) components; fewer where the rows have no more. `rounds`: of the
// iteration.
PrincipalComponents principal_components(const Matrix& rows, std::size_t count,
                                         std::uint64_t seed = 1, int rounds = 30);

// rows × components: (row − mean) along each direction.
Matrix project(const Matrix& rows, const PrincipalComponents& components);

}  // namespace differentia

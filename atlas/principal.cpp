#include "atlas/principal.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"

namespace differentia {
namespace {

using Vectors = std::vector<std::vector<double>>;

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// Gram–Schmidt, twice; directions that vanish are dropped.
void orthonormalise(Vectors& vectors) {
  Vectors kept;
  for (auto& vector : vectors) {
    const double before = std::sqrt(dot(vector, vector));
    for (int pass = 0; pass < 2; ++pass)
      for (const auto& other : kept) {
        const double along = dot(vector, other);
        for (std::size_t c = 0; c < vector.size(); ++c) vector[c] -= along * other[c];
      }
    const double length = std::sqrt(dot(vector, vector));
    if (!(length > 1e-9 * before) || length < 1e-150) continue;
    for (double& value : vector) value /= length;
    kept.push_back(std::move(vector));
  }
  vectors = std::move(kept);
}

// Σ over rows of (row − mean) · ((row − mean) · v), for each v.
Vectors covariance_times(const Matrix& rows, const std::vector<double>& mean,
                         const Vectors& vectors) {
  Vectors result(vectors.size(), std::vector<double>(rows.columns, 0));
  std::vector<double> offset;
  for (const auto& vector : vectors) offset.push_back(dot(mean, vector));
  std::vector<double> total(vectors.size(), 0);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const float* row = rows.values.data() + i * rows.columns;
    for (std::size_t v = 0; v < vectors.size(); ++v) {
      const double* vector = vectors[v].data();
      double along = -offset[v];
      for (std::size_t c = 0; c < rows.columns; ++c) along += vector[c] * row[c];
      total[v] += along;
      double* sum = result[v].data();
      for (std::size_t c = 0; c < rows.columns; ++c) sum[c] += along * row[c];
    }
  }
  for (std::size_t v = 0; v < vectors.size(); ++v)
    for (std::size_t c = 0; c < rows.columns; ++c) result[v][c] -= total[v] * mean[c];
  return result;
}

}  // namespace

PrincipalComponents principal_components(const Matrix& rows, std::size_t count, std::uint64_t seed,
                                         int rounds) {
  PrincipalComponents result;
  std::vector<double> mean(rows.columns, 0);
  for (std::size_t i = 0; i < rows.rows; ++i)
    for (std::size_t c = 0; c < rows.columns; ++c)
      mean[c] += rows(i, c) / static_cast<double>(rows.rows);
  result.mean.assign(mean.begin(), mean.end());

  // A few directions more than asked for make the iteration converge faster (Halko et al. 2011).
  Random random(seed, stream_id("principal components"));
  Vectors vectors(std::min(rows.columns, count + std::max<std::size_t>(2, count / 4)));
  for (auto& vector : vectors)
    for (std::size_t c = 0; c < rows.columns; ++c) vector.push_back(random.normal());
  orthonormalise(vectors);
  std::vector<double> variance(vectors.size(), 0);
  for (int round = 0; round < rounds && !vectors.empty(); ++round) {
    vectors = covariance_times(rows, mean, vectors);
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t v = 0; v < vectors.size(); ++v)
      order.emplace_back(-std::sqrt(dot(vectors[v], vectors[v])), v);
    std::sort(order.begin(), order.end());
    Vectors sorted;
    variance.clear();
    for (const auto& [size, v] : order) {
      if (-size <= 1e-12 * -order.front().first || size == 0) continue;
      sorted.push_back(std::move(vectors[v]));
      variance.push_back(-size / static_cast<double>(rows.rows));
    }
    vectors = std::move(sorted);
    orthonormalise(vectors);
  }
  const std::size_t kept = std::min({count, vectors.size(), variance.size()});
  result.directions = Matrix(kept, rows.columns);
  for (std::size_t v = 0; v < kept; ++v) {
    const auto largest =
        std::max_element(vectors[v].begin(), vectors[v].end(),
                         [](double a, double b) { return std::abs(a) < std::abs(b); });
    const double sign = *largest < 0 ? -1 : 1;
    for (std::size_t c = 0; c < rows.columns; ++c)
      result.directions(v, c) = static_cast<float>(sign * vectors[v][c]);
    result.variance.push_back(variance[v]);
  }
  return result;
}

Matrix project(const Matrix& rows, const PrincipalComponents& components) {
  const std::size_t count = components.directions.rows;
  Matrix result(rows.rows, count);
  for (std::size_t v = 0; v < count; ++v) {
    const auto direction = components.directions.row(v);
    const double offset =
        std::inner_product(direction.begin(), direction.end(), components.mean.begin(), 0.0);
    for (std::size_t i = 0; i < rows.rows; ++i) {
      const auto row = rows.row(i);
      result(i, v) = static_cast<float>(
          std::inner_product(row.begin(), row.end(), direction.begin(), 0.0) - offset);
    }
  }
  return result;
}

}  // namespace differentia

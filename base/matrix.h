#pragma once

// A row-major matrix of floats: what passes between the network and the algorithms. Owns its
// values.

#include <cstddef>
#include <vector>

#include <gsl/span>

namespace differentia {

struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;  // size rows * columns

  Matrix() = default;
  Matrix(std::size_t row_count, std::size_t column_count)
      : rows(row_count), columns(column_count), values(row_count * column_count) {}

  gsl::span<float> row(std::size_t i) { return {values.data() + i * columns, columns}; }
  gsl::span<const float> row(std::size_t i) const { return {values.data() + i * columns, columns}; }
  float& operator()(std::size_t i, std::size_t j) { return values[i * columns + j]; }
  float operator()(std::size_t i, std::size_t j) const { return values[i * columns + j]; }
};

}  // namespace differentia

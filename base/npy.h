#pragma once

// NumPy's .npy (format 1.0): arrays that numpy.load(path, mmap_mode="r") opens. Little-endian and
// row-major only.
//
// Files written here have a header of exactly kNpyHeaderBytes bytes (the shape padded with spaces),
// so that an array can grow by rows and its header be written over in place.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <Imath/half.h>
#include <gsl/span>

#include "base/file.h"

namespace differentia {

inline constexpr std::size_t kNpyHeaderBytes = 128;

enum class NpyType { kFloat32, kFloat16, kInt64, kInt32, kInt16, kUint16, kUint8 };

std::size_t size_of(NpyType type);          // bytes of one value
std::string name_of(NpyType type);          // "<f4", "|u1" …
NpyType npy_type(const std::string& name);  // throws InputError for any other

template <typename T>
struct NpyTypeOf;
template <>
struct NpyTypeOf<float> {
  static constexpr NpyType value = NpyType::kFloat32;
};
template <>
struct NpyTypeOf<Imath::half> {
  static constexpr NpyType value = NpyType::kFloat16;
};
template <>
struct NpyTypeOf<std::int64_t> {
  static constexpr NpyType value = NpyType::kInt64;
};
template <>
struct NpyTypeOf<std::int32_t> {
  static constexpr NpyType value = NpyType::kInt32;
};
template <>
struct NpyTypeOf<std::int16_t> {
  static constexpr NpyType value = NpyType::kInt16;
};
template <>
struct NpyTypeOf<std::uint16_t> {
  static constexpr NpyType value = NpyType::kUint16;
};
template <>
struct NpyTypeOf<std::uint8_t> {
  static constexpr NpyType value = NpyType::kUint8;
};

struct NpyHeader {
  NpyType type = NpyType::kFloat32;
  std::vector<std::size_t> shape;
  std::size_t data_offset = kNpyHeaderBytes;  // bytes before the first value

  std::size_t values() const;  // product of the shape
  std::size_t bytes() const { return values() * size_of(type); }
};

// The kNpyHeaderBytes bytes that open a file of this type and shape.
std::string npy_header(NpyType type, const std::vector<std::size_t>& shape);

// Reads the header and checks that the file is exactly as long as it says. Throws FileError saying
// what is wrong.
NpyHeader read_npy_header(const std::string& path);

// A file of rows that grows at its end. What is appended counts once commit() has written the
// header over.
class NpyAppender {
 public:
  // Starts an empty file, or with `rows` > 0 goes on after that many rows of one begun before (what
  // follows is cut off).
  NpyAppender(const std::string& path, NpyType type, std::vector<std::size_t> row_shape,
              std::size_t rows = 0);

  std::size_t rows() const { return rows_; }
  std::size_t row_bytes() const { return row_bytes_; }
  std::size_t file_bytes() const { return kNpyHeaderBytes + rows_ * row_bytes_; }

  // REQUIRES: `bytes` is a whole number of rows.
  void append(gsl::span<const std::byte> bytes);
  void read(std::size_t first_row, gsl::span<std::byte> bytes) const;
  void commit();  // header written and all of it on the disk

 private:
  std::vector<std::size_t> row_shape_;
  NpyType type_;
  std::size_t rows_ = 0;
  std::size_t row_bytes_ = 0;
  File file_;
};

// A file mapped into memory, read as it is touched. Throws FileError as read_npy_header does.
class NpyMap {
 public:
  explicit NpyMap(const std::string& path);
  ~NpyMap();
  NpyMap(NpyMap&& other) noexcept;
  NpyMap& operator=(NpyMap&& other) noexcept;

  const std::string& path() const { return path_; }
  const NpyHeader& header() const { return header_; }

  // All values, row-major. REQUIRES: T is the file's type; throws FileError otherwise.
  template <typename T>
  gsl::span<const T> values() const {
    check_type(NpyTypeOf<T>::value);
    return {reinterpret_cast<const T*>(data_ + header_.data_offset), header_.values()};
  }

 private:
  void check_type(NpyType wanted) const;

  std::string path_;
  NpyHeader header_;
  const std::byte* data_ = nullptr;
  std::size_t mapped_ = 0;
};

// A whole array at once.
void write_npy(const std::string& path, NpyType type, const std::vector<std::size_t>& shape,
               gsl::span<const std::byte> bytes);

template <typename T>
void write_npy(const std::string& path, const std::vector<std::size_t>& shape,
               gsl::span<const T> values) {
  write_npy(path, NpyTypeOf<T>::value, shape,
            {reinterpret_cast<const std::byte*>(values.data()), values.size() * sizeof(T)});
}

}  // namespace differentia

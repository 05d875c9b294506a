#pragma once

// The arrays of an atlas while it is written: rows of one kind grow in shards, every owner's rows
// in one piece. Internal to the store; docs/store.md describes the files.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gsl/span>

#include "atlas/store/database.h"
#include "base/npy.h"

namespace differentia::store {

// Nothing counts before commit() and the database's own commit: opened again, files are cut back to
// what the table `arrays` says. Kinds that start with "work/" are scratch and leave no trace in the
// finished atlas.
class ArrayShards {
 public:
  ArrayShards(std::string folder, Database& database, std::size_t shard_bytes);

  // Appends `values` as rows of `row_shape` for `owner`, and notes where they lie. No rows: nothing
  // is noted.
  template <typename T>
  void append(const std::string& kind, std::int32_t owner,
              const std::vector<std::size_t>& row_shape, gsl::span<const T> values) {
    append_bytes(kind, owner, NpyTypeOf<T>::value, row_shape,
                 {reinterpret_cast<const std::byte*>(values.data()), values.size() * sizeof(T)});
  }

  // The owner's rows, committed or not; empty where there are none.
  template <typename T>
  std::vector<T> read(const std::string& kind, std::int32_t owner) {
    std::vector<T> values;
    read_bytes(kind, owner, NpyTypeOf<T>::value, [&](std::size_t bytes) {
      values.resize(bytes / sizeof(T));
      return reinterpret_cast<std::byte*>(values.data());
    });
    return values;
  }

  void commit();          // headers written, files on the disk, table `arrays` brought up to date
  void forget_scratch();  // drops the "work/" kinds from the tables

 private:
  struct Shard {
    std::int32_t number = 0;
    NpyType type = NpyType::kFloat32;
    std::vector<std::size_t> row_shape;
    std::unique_ptr<NpyAppender> file;
    bool dirty = false;  // has rows that commit() has not seen
  };

  void append_bytes(const std::string& kind, std::int32_t owner, NpyType type,
                    const std::vector<std::size_t>& row_shape, gsl::span<const std::byte> bytes);
  void read_bytes(const std::string& kind, std::int32_t owner, NpyType type,
                  const std::function<std::byte*(std::size_t)>& allocate);
  Shard& shard_for(const std::string& kind, NpyType type, const std::vector<std::size_t>& row_shape,
                   std::size_t bytes);
  void write_down(const std::string& kind, const Shard& shard);
  std::string file_of(const std::string& kind, std::int32_t shard) const;

  std::string folder_;
  Database& database_;
  std::size_t shard_bytes_;
  std::map<std::string, Shard> open_;  // the growing shard of each kind
};

}  // namespace differentia::store

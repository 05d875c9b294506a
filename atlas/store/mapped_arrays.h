#pragma once

// The arrays of a finished atlas: headers checked at once, files mapped when first asked for.
// Internal to the store. Not thread-safe; the spans it gives stay valid while it lives.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <gsl/span>

#include "atlas/store/database.h"
#include "base/npy.h"

namespace differentia::store {

class MappedArrays {
 public:
  // Throws DamagedAtlas where a file's header is not what the database says.
  MappedArrays(const std::string& folder, Database& database);

  // The owner's rows, all values one after the other; empty where there are none. Throws
  // DamagedAtlas.
  template <typename T>
  gsl::span<const T> rows(const std::string& kind, std::int32_t owner) {
    const auto place = find(kind, owner, NpyTypeOf<T>::value);
    if (place.map == nullptr) return {};
    return place.map->template values<T>().subspan(place.first, place.count);
  }

 private:
  struct Shard {
    std::string file;
    NpyHeader header;
    std::unique_ptr<NpyMap> map;
  };
  struct Place {
    const NpyMap* map = nullptr;
    std::size_t first = 0, count = 0;  // values
  };
  Place find(const std::string& kind, std::int32_t owner, NpyType type);

  Database& database_;
  Statement range_;
  std::map<std::pair<std::string, std::int32_t>, Shard> shards_;
};

}  // namespace differentia::store

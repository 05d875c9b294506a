#include "atlas/store/mapped_arrays.h"

#include <filesystem>

#include <fmt/format.h>

#include "atlas/store/format.h"
#include "atlas/store/reader.h"
#include "atlas/store/tables.h"

namespace differentia::store {
namespace {

bool is_kind(const std::string& text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_-") == std::string::npos;
}

}  // namespace

MappedArrays::MappedArrays(const std::string& folder, Database& database)
    : database_(database),
      range_(database, "SELECT shard, first, rows FROM ranges WHERE kind = ? AND owner = ?") {
  Statement row(database, "SELECT kind, shard, type, row_shape, rows FROM arrays");
  while (row.step()) {
    const auto kind = row.text(0);
    const auto number = row.int32(1);
    if (!is_kind(kind) || number < 0) database.fail(SQLITE_CORRUPT);
    Shard shard;
    shard.file = folder + "/" + array_file(kind, number);
    std::error_code ignored;
    if (!std::filesystem::exists(shard.file, ignored))
      throw DamagedAtlas(shard.file, "it is missing");
    try {
      shard.header = read_npy_header(shard.file);
    } catch (const DamagedFile& error) {
      throw DamagedAtlas(shard.file, error.reason);
    }
    std::vector<std::int64_t> shape{row.integer(4)};
    const auto row_shape = list_of(database, row.text(3));
    shape.insert(shape.end(), row_shape.begin(), row_shape.end());
    const std::vector<std::int64_t> found(shard.header.shape.begin(), shard.header.shape.end());
    if (found != shape || name_of(shard.header.type) != row.text(2) ||
        shard.header.data_offset != kNpyHeaderBytes)
      throw DamagedAtlas(shard.file, fmt::format("its header says {} {}, the database {} {}",
                                                 name_of(shard.header.type), list_text(found),
                                                 row.text(2), list_text(shape)));
    shards_[{kind, number}] = std::move(shard);
  }
}

MappedArrays::Place MappedArrays::find(const std::string& kind, std::int32_t owner, NpyType type) {
  if (!range_.bind(kind, owner).step()) return {};
  const auto number = range_.int32(0);
  const auto first = range_.integer(1);
  const auto rows = range_.integer(2);
  range_.reset();
  const auto found = shards_.find({kind, number});
  if (found == shards_.end())
    throw DamagedAtlas(
        database_.path(),
        fmt::format("it names shard {} of '{}', which it does not list", number, kind));
  Shard& shard = found->second;
  const auto shard_rows = static_cast<std::int64_t>(shard.header.shape.front());
  if (first < 0 || rows < 0 || first > shard_rows || rows > shard_rows - first)
    throw DamagedAtlas(database_.path(),
                       fmt::format("it names rows of '{}' that are not there", shard.file));
  if (shard.header.type != type)
    throw DamagedAtlas(shard.file, "it holds " + name_of(shard.header.type));
  if (shard.map == nullptr) {
    try {
      shard.map = std::make_unique<NpyMap>(shard.file);
    } catch (const DamagedFile& error) {
      throw DamagedAtlas(shard.file, error.reason);
    }
    if (shard.map->header().shape != shard.header.shape ||
        shard.map->header().type != shard.header.type)
      throw DamagedAtlas(shard.file, "it has changed since it was opened");
  }
  const auto row_values =
      shard_rows == 0 ? 0 : shard.header.values() / static_cast<std::size_t>(shard_rows);
  return {shard.map.get(), static_cast<std::size_t>(first) * row_values,
          static_cast<std::size_t>(rows) * row_values};
}

}  // namespace differentia::store

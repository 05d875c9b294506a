#include "atlas/store/array_shards.h"

#include <filesystem>
#include <functional>

#include <fmt/format.h>

#include "atlas/store/format.h"
#include "atlas/store/tables.h"

namespace differentia::store {
namespace {

constexpr char kScratch[] = "work/";

bool is_scratch(const std::string& kind) {
  return kind.rfind(kScratch, 0) == 0;
}

std::string shape_text(const std::vector<std::size_t>& shape) {
  return list_text({shape.begin(), shape.end()});
}

}  // namespace

ArrayShards::ArrayShards(std::string folder, Database& database, std::size_t shard_bytes)
    : folder_(std::move(folder)), database_(database), shard_bytes_(shard_bytes) {
  std::filesystem::create_directories(folder_ + "/" + kArrayFolder);
  std::filesystem::create_directories(folder_ + "/" + kWorkFolder);
  Statement row(database_,
                "SELECT kind, max(shard), type, row_shape, rows FROM arrays GROUP BY kind");
  while (row.step()) {
    Shard shard;
    shard.number = row.int32(1);
    shard.type = npy_type(row.text(2));
    for (const auto length : list_of(database_, row.text(3)))
      shard.row_shape.push_back(static_cast<std::size_t>(length));
    shard.file =
        std::make_unique<NpyAppender>(file_of(row.text(0), shard.number), shard.type,
                                      shard.row_shape, static_cast<std::size_t>(row.integer(4)));
    open_[row.text(0)] = std::move(shard);
  }
}

std::string ArrayShards::file_of(const std::string& kind, std::int32_t shard) const {
  if (is_scratch(kind)) return fmt::format("{}/{}-{:04}.npy", folder_, kind, shard);
  return folder_ + "/" + array_file(kind, shard);
}

ArrayShards::Shard& ArrayShards::shard_for(const std::string& kind, NpyType type,
                                           const std::vector<std::size_t>& row_shape,
                                           std::size_t bytes) {
  const auto found = open_.find(kind);
  if (found != open_.end()) {
    Shard& shard = found->second;
    if (shard.type != type || shard.row_shape != row_shape)
      throw std::logic_error("rows of '" + kind + "' have changed their type or shape");
    if (shard.file->rows() == 0 || shard.file->file_bytes() + bytes <= shard_bytes_) return shard;
    write_down(kind, shard);
  }
  Shard next;
  next.number = found == open_.end() ? 0 : found->second.number + 1;
  next.type = type;
  next.row_shape = row_shape;
  next.file = std::make_unique<NpyAppender>(file_of(kind, next.number), type, row_shape);
  return open_[kind] = std::move(next);
}

void ArrayShards::append_bytes(const std::string& kind, std::int32_t owner, NpyType type,
                               const std::vector<std::size_t>& row_shape,
                               gsl::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  Shard& shard = shard_for(kind, type, row_shape, bytes.size());
  const auto first = shard.file->rows();
  shard.file->append(bytes);
  shard.dirty = true;
  Statement(database_, "INSERT INTO ranges VALUES (?, ?, ?, ?, ?)")
      .bind(kind, owner, shard.number, static_cast<std::int64_t>(first),
            static_cast<std::int64_t>(shard.file->rows() - first))
      .run();
}

void ArrayShards::read_bytes(const std::string& kind, std::int32_t owner, NpyType type,
                             const std::function<std::byte*(std::size_t)>& allocate) {
  Statement range(database_, "SELECT shard, first, rows FROM ranges WHERE kind = ? AND owner = ?");
  if (!range.bind(kind, owner).step()) return;
  const Shard& open = open_.at(kind);  // all shards of a kind have the same type and rows
  if (open.type != type) throw std::logic_error("'" + kind + "' holds " + name_of(open.type));
  const auto row_bytes = open.file->row_bytes();
  const auto bytes = static_cast<std::size_t>(range.integer(2)) * row_bytes;
  const auto first = static_cast<std::size_t>(range.integer(1)) * row_bytes;
  const File file(file_of(kind, range.int32(0)), File::Mode::kRead);
  file.read_at(kNpyHeaderBytes + first, allocate(bytes), bytes);
}

void ArrayShards::write_down(const std::string& kind, const Shard& shard) {
  shard.file->commit();
  Statement(database_, "INSERT OR REPLACE INTO arrays VALUES (?, ?, ?, ?, ?)")
      .bind(kind, shard.number, name_of(shard.type), shape_text(shard.row_shape),
            static_cast<std::int64_t>(shard.file->rows()))
      .run();
}

void ArrayShards::commit() {
  for (auto& [kind, shard] : open_) {
    if (!shard.dirty) continue;
    write_down(kind, shard);
    shard.dirty = false;
  }
}

void ArrayShards::forget_scratch() {
  database_.run(
      "DELETE FROM ranges WHERE kind LIKE 'work/%'; DELETE FROM arrays WHERE kind LIKE 'work/%'");
  for (auto entry = open_.begin(); entry != open_.end();)
    entry = is_scratch(entry->first) ? open_.erase(entry) : std::next(entry);
}

}  // namespace differentia::store

#include "atlas/store/derived.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <type_traits>

#include <fmt/format.h>

#include "atlas/store/database.h"

namespace differentia::store {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kDerivedVersion = 1;      // PRAGMA user_version
constexpr std::int64_t kDerivedId = 0x44694465;  // "DiDe", PRAGMA application_id
constexpr std::size_t kAtlasEnding = sizeof(".atlas") - 1;

// What lists need comes before what is long: SQLite then reads no more of a row.
const char* const kDerivedSchema = R"sql(
CREATE TABLE pairs (id INTEGER PRIMARY KEY AUTOINCREMENT, atlas TEXT NOT NULL, taxon_a INTEGER NOT NULL,
  taxon_b INTEGER NOT NULL, options TEXT NOT NULL, seed INTEGER NOT NULL, program_version TEXT NOT NULL,
  tested INTEGER NOT NULL, marks INTEGER NOT NULL, shown INTEGER NOT NULL, result TEXT NOT NULL,
  map_x BLOB, map_y BLOB, map_photo BLOB, map_row BLOB, map_column BLOB, map_side BLOB, map_mark BLOB);
CREATE UNIQUE INDEX pairs_by_key ON pairs (atlas, min(taxon_a, taxon_b), max(taxon_a, taxon_b),
  options, seed, program_version);
)sql";

const std::string kSummaryColumns =
    "id, atlas, taxon_a, taxon_b, options, seed, program_version, tested, marks, shown";

// Throws where the file is not one of kept results that this program knows. 0: it is new.
std::int64_t checked_version(Database& database) {
  const std::int64_t version = database.number("PRAGMA user_version");
  const std::int64_t id = database.number("PRAGMA application_id");
  if (version == 0 && id == 0 && database.number("SELECT count(*) FROM sqlite_master") == 0)
    return 0;
  if (id != kDerivedId)
    throw FileError(database.path(),
                    fmt::format("'{}' is no file of results of Differentia; move it away, results "
                                "are kept under its name.",
                                database.path()));
  if (version != kDerivedVersion)
    throw InputError(fmt::format(
        "'{}' is of format {}, and this program knows format {}; use the program that wrote it, or "
        "delete the file: all that it holds can be made again.",
        database.path(), version, kDerivedVersion));
  return version;
}

// The lock comes first: of two programs that make the file one finds it made.
void begin_writing(Database& database) {
  database.run("BEGIN IMMEDIATE");
  if (checked_version(database) == 0)
    database.run(kDerivedSchema +
                 fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", kDerivedId,
                             kDerivedVersion));
}

template <typename T>
gsl::span<const std::byte> bytes_of(const std::vector<T>& values) {
  return gsl::as_bytes(gsl::span<const T>(values));
}

template <typename T>
std::vector<T> values_of(gsl::span<const std::byte> bytes) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

PairSummary summary_of(const Statement& row) {
  PairSummary summary;
  summary.key.atlas = row.text(1);
  summary.key.taxon_a = row.int32(2);
  summary.key.taxon_b = row.int32(3);
  summary.key.options = row.text(4);
  summary.key.seed = static_cast<std::uint64_t>(row.integer(5));
  summary.key.program_version = row.text(6);
  summary.tested = row.integer(7) != 0;
  summary.marks = row.int32(8);
  summary.shown = row.int32(9);
  return summary;
}

std::optional<PairMap> map_of(const Statement& row, int first, const std::string& file) {
  PairMap map;
  map.x = values_of<float>(row.blob(first));
  if (map.x.empty()) return std::nullopt;
  map.y = values_of<float>(row.blob(first + 1));
  map.photo = values_of<std::int32_t>(row.blob(first + 2));
  map.row = values_of<std::uint16_t>(row.blob(first + 3));
  map.column = values_of<std::uint16_t>(row.blob(first + 4));
  map.side = values_of<std::uint8_t>(row.blob(first + 5));
  map.mark = values_of<std::int16_t>(row.blob(first + 6));
  for (const std::size_t size : {map.y.size(), map.photo.size(), map.row.size(), map.column.size(),
                                 map.side.size(), map.mark.size()})
    if (size != map.x.size())
      throw DamagedFile(file,
                        "the columns of a pair's map differ in length; delete it, all that it "
                        "holds can be made again");
  return map;
}

}  // namespace

std::string derived_path(const std::string& atlas) {
  std::string name = atlas;
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  if (name.size() > kAtlasEnding &&
      name.compare(name.size() - kAtlasEnding, kAtlasEnding, ".atlas") == 0)
    name.resize(name.size() - kAtlasEnding);
  return name + ".derived.sqlite";
}

void keep_pair(const std::string& file, const KeptPair& pair) {
  Database database(file, Database::Mode::kWriteShared);
  begin_writing(database);
  const PairSummary& summary = pair.summary;
  const PairMap map = pair.map.value_or(PairMap());
  // A result with the same key gives way, with its id: the newest one's is the highest.
  Statement insert(database,
                   "INSERT OR REPLACE INTO pairs (atlas, taxon_a, taxon_b, options, seed, "
                   "program_version, tested, marks, shown, result, map_x, map_y, map_photo, "
                   "map_row, map_column, map_side, map_mark) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert
      .bind(summary.key.atlas, summary.key.taxon_a, summary.key.taxon_b, summary.key.options,
            summary.key.seed, summary.key.program_version, summary.tested, summary.marks,
            summary.shown, pair.result, bytes_of(map.x), bytes_of(map.y), bytes_of(map.photo),
            bytes_of(map.row), bytes_of(map.column), bytes_of(map.side), bytes_of(map.mark))
      .run();
  database.run("COMMIT");
}

void require_keepable(const std::string& file) {
  Database database(file, Database::Mode::kWriteShared);
  begin_writing(database);
  database.run("COMMIT");
}

std::vector<PairSummary> kept_pairs(const std::string& file, const std::string& atlas_hash) {
  std::vector<PairSummary> pairs;
  if (!fs::exists(file)) return pairs;
  Database database(file, Database::Mode::kReadShared);
  if (checked_version(database) == 0) return pairs;
  Statement rows(database, "SELECT " + kSummaryColumns +
                               " FROM pairs WHERE atlas = ? AND program_version = ? "
                               "ORDER BY min(taxon_a, taxon_b), max(taxon_a, taxon_b), "
                               "tested DESC, id DESC");
  rows.bind(atlas_hash, PairKey().program_version);
  const auto of = [](const PairSummary& summary) {
    return std::minmax({summary.key.taxon_a, summary.key.taxon_b});
  };
  while (rows.step()) {
    PairSummary summary = summary_of(rows);
    if (pairs.empty() || of(pairs.back()) != of(summary)) pairs.push_back(std::move(summary));
  }
  return pairs;
}

std::optional<KeptPair> kept_pair(const std::string& file, const std::string& atlas_hash,
                                  std::int32_t taxon_a, std::int32_t taxon_b) {
  if (!fs::exists(file)) return std::nullopt;
  Database database(file, Database::Mode::kReadShared);
  if (checked_version(database) == 0) return std::nullopt;
  Statement row(database, "SELECT " + kSummaryColumns +
                              ", result, map_x, map_y, map_photo, map_row, map_column, map_side, "
                              "map_mark FROM pairs WHERE atlas = ? AND program_version = ? AND "
                              "min(taxon_a, taxon_b) = ? AND max(taxon_a, taxon_b) = ? "
                              "ORDER BY tested DESC, id DESC LIMIT 1");
  row.bind(atlas_hash, PairKey().program_version, std::min(taxon_a, taxon_b),
           std::max(taxon_a, taxon_b));
  if (!row.step()) return std::nullopt;
  KeptPair pair;
  pair.summary = summary_of(row);
  pair.result = row.text(10);
  pair.map = map_of(row, 11, file);
  return pair;
}

}  // namespace differentia::store

#include "atlas/store/reader.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <mutex>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "atlas/store/database.h"
#include "atlas/store/format.h"
#include "atlas/store/mapped_arrays.h"
#include "atlas/store/sums.h"
#include "atlas/store/tables.h"
#include "base/file.h"
#include "base/sha256.h"

namespace differentia::store {
namespace {

namespace fs = std::filesystem;

// Throws what a person needs to know about a path that is no finished atlas.
void check_folder(const std::string& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    if (fs::exists(partial_path(path), ignored))
      throw FileError(path, fmt::format("The build of '{}' is not finished; run the same build "
                                        "command again, it goes on.",
                                        path));
    throw FileError(path, fmt::format("There is no atlas '{}': see that its name and folder are "
                                      "right, or make it with `differentia build`.",
                                      path));
  }
  const fs::path folder(path);
  if (fs::exists(folder / kWorkFolder, ignored))
    throw FileError(path,
                    fmt::format("The build in '{}' is not finished; run the same build command "
                                "again, it goes on.",
                                path));
  const bool sums = fs::exists(folder / kSumsFile, ignored);
  const bool database = fs::exists(folder / kDatabaseFile, ignored);
  if (!sums && !database)
    throw FileError(path, fmt::format("'{}' is no atlas: give a folder NAME.atlas that "
                                      "`differentia build` has made.",
                                      path));
  if (!sums) throw DamagedAtlas((folder / kSumsFile).string(), "it is missing");
  if (!database) throw DamagedAtlas((folder / kDatabaseFile).string(), "it is missing");
}

// The figures of SQLite's own header, before SQLite sees the file (sqlite.org/fileformat2.html).
void check_database_file(const std::string& file) {
  const File database(file, File::Mode::kRead);
  unsigned char header[100];
  if (database.size() < sizeof header) throw DamagedAtlas(file, "it is too short");
  database.read_at(0, header, sizeof header);
  const auto big_endian = [&](int at) {
    return (std::uint32_t{header[at]} << 24) | (std::uint32_t{header[at + 1]} << 16) |
           (std::uint32_t{header[at + 2]} << 8) | std::uint32_t{header[at + 3]};
  };
  if (std::string(reinterpret_cast<const char*>(header), 15) != "SQLite format 3")
    throw DamagedAtlas(file, "it is no SQLite database");
  if (big_endian(68) != static_cast<std::uint32_t>(kApplicationId))
    throw DamagedAtlas(file, "it does not say that it is an atlas");
  const auto version = big_endian(60);
  if (version > static_cast<std::uint32_t>(kFormatVersion) && version < 10000)
    throw FileError(file,
                    fmt::format("'{}' is an atlas of format {}; this program reads up to format "
                                "{}: use a newer Differentia.",
                                fs::path(file).parent_path().string(), version, kFormatVersion));
  if (version == 0 || version >= 10000) throw DamagedAtlas(file, "its format version is unknown");
  if (version < static_cast<std::uint32_t>(kFormatVersion))
    throw FileError(file,
                    fmt::format("'{}' is an atlas of format {}; this program reads format {}: "
                                "build it again.",
                                fs::path(file).parent_path().string(), version, kFormatVersion));
  const std::uint64_t page = (std::uint32_t{header[16]} << 8) | header[17];
  const std::uint64_t expected = (page == 1 ? 65536 : page) * big_endian(28);
  if (database.size() != expected)
    throw DamagedAtlas(
        file, fmt::format("it has {} bytes where its header says {}", database.size(), expected));
}

// Rows of two as two columns.
template <typename T>
void separate(gsl::span<const T> rows, std::vector<T>& a, std::vector<T>& b) {
  a.resize(rows.size() / 2);
  b.resize(rows.size() / 2);
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = rows[2 * i];
    b[i] = rows[2 * i + 1];
  }
}

}  // namespace

DamagedAtlas::DamagedAtlas(const std::string& file, const std::string& what)
    : FileError(file, fmt::format("'{}' is damaged: {}. Build the atlas again or copy it anew.",
                                  file, what)) {}

struct Reader::Impl {
  explicit Impl(const std::string& atlas)
      : path(atlas),
        database(checked_database(atlas), Database::Mode::kRead),
        arrays(path, database) {
    provenance = read_provenance(database);
    labels = read_labels(database);
    layers = read_layers(database);
    if (layers.empty()) database.fail(SQLITE_CORRUPT);
    icons.tile = number("icon_tile");
    icons.per_side = number("icons_per_side");
    icons.icons = number("icons");
    if (icons.tile < 1 || icons.tile > 4096 || icons.per_side < 1 || icons.per_side > 4096 ||
        icons.icons < 0)
      throw DamagedAtlas(database.path(), "its icon sheets are described wrongly");
    check_lengths();
    taxa = dense_count("taxa");
    photos = dense_count("photos");
    provenance.photo_root_hint = hint(kPhotoRootFile);
    provenance.model_path_hint = hint(kModelPathFile);
    hash = sha256_of_file((fs::path(path) / kSumsFile).string());
  }

  static std::string checked_database(const std::string& atlas) {
    check_folder(atlas);
    auto file = (fs::path(atlas) / kDatabaseFile).string();
    check_database_file(file);
    return file;
  }

  // The line of a file beside the atlas; empty where there is none.
  std::string hint(const char* name) const {
    const auto file = fs::path(path) / name;
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) return {};
    auto line = read_whole_file(file.string());
    while (!line.empty() && line.back() == '\n') line.pop_back();
    return line;
  }

  std::int32_t number(const std::string& key) {
    const auto text = meta(database, key);
    if (text.empty() || text.size() > 9 ||
        text.find_first_not_of("0123456789") != std::string::npos)
      throw DamagedAtlas(database.path(), fmt::format("it has no figure '{}'", key));
    return std::stoi(text);
  }

  // Rows of a table whose ids are 0 to count − 1, without counting them.
  std::int32_t dense_count(const std::string& table) {
    const auto count = number(table);
    const auto first = database.number(fmt::format("SELECT ifnull(min(id), 0) FROM {}", table));
    const auto last = database.number(fmt::format("SELECT ifnull(max(id), -1) FROM {}", table));
    if (first != 0 || last != count - 1)
      throw DamagedAtlas(database.path(), fmt::format("it has no {} {}", count, table));
    return count;
  }

  void check_lengths() {
    Statement row(database, "SELECT path, bytes FROM files ORDER BY path");
    while (row.step()) {
      const auto file = (fs::path(path) / row.text(0)).string();
      std::error_code error;
      const auto bytes = fs::file_size(file, error);
      if (error) throw DamagedAtlas(file, "it is missing");
      if (static_cast<std::int64_t>(bytes) != row.integer(1))
        throw DamagedAtlas(
            file, fmt::format("it has {} bytes where {} were written", bytes, row.integer(1)));
    }
  }

  // The record of a map, checked; throws InputError for an id that does not exist.
  MapRecord map_record(std::int32_t id) {
    auto found = read_maps(database, fmt::format("WHERE id = {}", id));
    if (found.empty()) throw InputError(fmt::format("There is no map {} in '{}'.", id, path));
    return found.front();
  }

  const LayerRecord& layer_of(const MapRecord& map) const { return layer(map.layer); }
  const LayerRecord& layer(std::int32_t id) const {
    if (id < 0 || id >= static_cast<std::int32_t>(layers.size()))
      throw InputError(fmt::format("There is no layer {} in '{}'.", id, path));
    return layers[static_cast<std::size_t>(id)];
  }

  // `owner`'s rows of `kind`, which must hold `expected` values.
  template <typename T>
  gsl::span<const T> rows(const std::string& kind, std::int32_t owner, std::int64_t expected) {
    const auto values = arrays.rows<T>(kind, owner);
    if (static_cast<std::int64_t>(values.size()) != expected)
      throw DamagedAtlas(database.path(),
                         fmt::format("it names {} values of '{}' for {} where {} belong",
                                     values.size(), kind, owner, expected));
    return values;
  }

  // Throws where an index read from an array points outside what it is an index of.
  template <typename T>
  void check_indexes(const std::string& kind, const std::vector<T>& indexes, std::int64_t low,
                     std::int64_t end) {
    for (const auto index : indexes)
      if (index < low || index >= end)
        throw DamagedAtlas(
            (fs::path(path) / array_file(kind, 0)).parent_path().string() + "/" + kind,
            fmt::format("it holds {} where {} to {} are possible", index, low, end - 1));
  }

  std::int64_t concept_count(std::int32_t map) {
    return database.number(fmt::format("SELECT count(*) FROM concepts WHERE map = {}", map));
  }

  std::int64_t grid_positions(std::int32_t taxon) {
    const auto& grid = layers.front().grid;
    return static_cast<std::int64_t>(arrays.rows<std::int32_t>(kind::kGridPhoto, taxon).size()) *
           grid.height * grid.width;
  }

  std::string path;
  Database database;
  MappedArrays arrays;
  Provenance provenance;
  std::vector<std::string> labels;
  std::vector<LayerRecord> layers;
  IconSheets icons;
  std::int32_t taxa = 0, photos = 0;
  std::string hash;
  mutable std::mutex mutex;  // over the database and the arrays' table of maps
};

Reader::Reader(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

const std::string& Reader::path() const {
  return impl_->path;
}
const std::string& Reader::hash() const {
  return impl_->hash;
}
const Provenance& Reader::provenance() const {
  return impl_->provenance;
}
const std::vector<std::string>& Reader::labels() const {
  return impl_->labels;
}
const std::vector<LayerRecord>& Reader::layers() const {
  return impl_->layers;
}
std::int32_t Reader::taxon_count() const {
  return impl_->taxa;
}
std::int32_t Reader::photo_count() const {
  return impl_->photos;
}
IconSheets Reader::icons() const {
  return impl_->icons;
}

Totals Reader::totals() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  auto& database = impl_->database;
  Totals totals;
  Statement taxa(database, "SELECT total(photos), total(tested), total(correct) FROM taxa");
  taxa.step();
  totals.taxa = impl_->taxa;
  totals.photos_used = taxa.integer(0);
  totals.tested = taxa.integer(1);
  totals.correct = taxa.integer(2);
  totals.photos_repaired =
      database.number("SELECT count(*) FROM photos WHERE status = 1 AND status <> 0");
  totals.photos_unreadable =
      database.number("SELECT count(*) FROM photos WHERE status = 2 AND status <> 0");
  totals.maps = database.number("SELECT count(*) FROM maps");
  totals.points = database.number("SELECT total(points) FROM maps");
  totals.concepts = database.number("SELECT count(*) FROM concepts");
  totals.exemplars = database.number("SELECT count(*) FROM exemplars");
  totals.icons = impl_->icons.icons;
  return totals;
}

std::vector<TaxonRecord> Reader::taxa() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  Statement row(impl_->database, fmt::format("SELECT {} FROM taxa ORDER BY id", kTaxonColumns));
  std::vector<TaxonRecord> taxa;
  while (row.step()) taxa.push_back(taxon_of(impl_->database, row));
  return taxa;
}

TaxonRecord Reader::taxon(std::int32_t id) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  Statement row(impl_->database, fmt::format("SELECT {} FROM taxa WHERE id = ?", kTaxonColumns));
  if (!row.bind(id).step())
    throw InputError(fmt::format("There is no taxon {} in '{}'.", id, path()));
  return taxon_of(impl_->database, row);
}

std::vector<TaxonRecord> Reader::find_taxa(const std::string& part) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  std::vector<TaxonRecord> found;
  const bool number = !part.empty() && part.size() < 10 &&
                      part.find_first_not_of("0123456789") == std::string::npos;
  // Names that begin with the part come first, whole names before them.
  Statement row(
      impl_->database,
      fmt::format("SELECT {}, search = ?1 || char(10) || substr(search, length(?1) + 2) AS whole, "
                  "instr(search, ?1) AS at FROM taxa WHERE id = ?2 OR instr(search, ?1) > 0 "
                  "ORDER BY id <> ?2, NOT whole, at <> 1, id",
                  kTaxonColumns));
  row.bind(search_key(part), number ? std::stoi(part) : -1);
  while (row.step()) found.push_back(taxon_of(impl_->database, row));
  return found;
}

PhotoRecord Reader::photo(std::int32_t id) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  Statement row(impl_->database, fmt::format("SELECT {} FROM photos WHERE id = ?", kPhotoColumns));
  if (!row.bind(id).step())
    throw InputError(fmt::format("There is no photo {} in '{}'.", id, path()));
  return photo_of(impl_->database, row);
}

std::vector<PhotoRecord> Reader::photos_of_taxon(std::int32_t taxon) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  Statement row(impl_->database,
                fmt::format("SELECT {} FROM photos WHERE taxon = ? ORDER BY id", kPhotoColumns));
  row.bind(taxon);
  std::vector<PhotoRecord> photos;
  while (row.step()) photos.push_back(photo_of(impl_->database, row));
  return photos;
}

std::vector<PhotoRecord> Reader::photos_with_status(PhotoStatus status) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  // The index holds what is not kUsed only; `status <> 0` lets SQLite see that it may use it.
  Statement row(impl_->database,
                fmt::format("SELECT {} FROM photos WHERE status = ? {} ORDER BY id", kPhotoColumns,
                            status == PhotoStatus::kUsed ? "" : "AND status <> 0"));
  row.bind(static_cast<std::int32_t>(status));
  std::vector<PhotoRecord> photos;
  while (row.step()) photos.push_back(photo_of(impl_->database, row));
  return photos;
}

std::vector<PhotoRecord> Reader::photos_without_their_mask() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  Statement row(impl_->database,
                fmt::format("SELECT {} FROM photos WHERE mask <> '' AND instr(reason, ?) > 0 "
                            "ORDER BY id",
                            kPhotoColumns));
  row.bind(std::string(kMaskLeftOut));
  std::vector<PhotoRecord> photos;
  while (row.step()) photos.push_back(photo_of(impl_->database, row));
  return photos;
}

std::int32_t Reader::masked_photos(std::int32_t taxon) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  Statement row(impl_->database,
                fmt::format("SELECT count(*) FROM photos WHERE {} AND subject_width IS NOT NULL",
                            taxon < 0 ? "?1 < 0" : "taxon = ?1"));
  row.bind(taxon);
  row.step();
  return static_cast<std::int32_t>(row.integer(0));
}

std::vector<MapRecord> Reader::maps() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return read_maps(impl_->database);
}

MapRecord Reader::map(std::int32_t id) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->map_record(id);
}

std::int32_t Reader::map_of_taxon(std::int32_t taxon) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  Statement row(impl_->database, "SELECT id FROM maps WHERE taxon = ?");
  return row.bind(taxon).step() ? row.int32(0) : -1;
}

std::vector<ConceptRecord> Reader::concepts(std::int32_t map) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const auto points = impl_->map_record(map).points;
  Statement row(
      impl_->database,
      fmt::format("SELECT {} FROM concepts WHERE map = ? ORDER BY number", kConceptColumns));
  row.bind(map);
  std::vector<ConceptRecord> concepts;
  while (row.step()) {
    concepts.push_back(concept_of(row));
    const auto& last = concepts.back();
    if (last.number != static_cast<std::int32_t>(concepts.size()) - 1 || last.medoid < -1 ||
        last.medoid >= points || last.icon < -1 || last.icon >= impl_->icons.icons)
      impl_->database.fail(SQLITE_CORRUPT);
  }
  return concepts;
}

std::vector<ExemplarRecord> Reader::exemplars(std::int32_t concept_id) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  Statement row(
      impl_->database,
      fmt::format("SELECT {} FROM exemplars WHERE concept = ? ORDER BY rank", kExemplarColumns));
  row.bind(concept_id);
  std::vector<ExemplarRecord> exemplars;
  while (row.step()) {
    exemplars.push_back(exemplar_of(row));
    const auto& last = exemplars.back();
    if (last.photo < 0 || last.photo >= impl_->photos || last.icon < -1 ||
        last.icon >= impl_->icons.icons)
      impl_->database.fail(SQLITE_CORRUPT);
  }
  return exemplars;
}

Points Reader::points(std::int32_t map) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const auto record = impl_->map_record(map);
  const auto n = record.points;
  const auto copy = [](auto& to, const auto& from) { to.assign(from.begin(), from.end()); };
  Points points;
  separate(impl_->rows<float>(kind::kPointPlace, map, n * 2), points.x, points.y);
  separate(impl_->rows<std::uint16_t>(kind::kPointCell, map, n * 2), points.row, points.column);
  copy(points.photo, impl_->rows<std::int32_t>(kind::kPointPhoto, map, n));
  copy(points.concept_number, impl_->rows<std::int16_t>(kind::kPointConcept, map, n));
  copy(points.attribution,
       impl_->rows<float>(kind::kPointAttribution, map,
                          n * static_cast<std::int64_t>(record.targets.size())));
  copy(points.subject, impl_->rows<float>(kind::kPointSubject, map, n));
  const auto& grid = impl_->layer_of(record).grid;
  impl_->check_indexes(kind::kPointPhoto, points.photo, 0, impl_->photos);
  impl_->check_indexes(kind::kPointCell, points.row, 0, grid.height);
  impl_->check_indexes(kind::kPointCell, points.column, 0, grid.width);
  impl_->check_indexes(kind::kPointConcept, points.concept_number, -1, impl_->concept_count(map));
  return points;
}

Cells Reader::cells(std::int32_t map, std::size_t level) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const auto record = impl_->map_record(map);
  if (level >= record.level_cells.size())
    throw InputError(fmt::format("Map {} of '{}' has {} levels, not {}.", map, path(),
                                 record.level_cells.size(), level + 1));
  std::int64_t first = 0, all = 0;
  for (std::size_t i = 0; i < record.level_cells.size(); ++i) {
    if (i < level) first += record.level_cells[i];
    all += record.level_cells[i];
  }
  const auto n = record.level_cells[level];
  const auto take = [&](const auto& span, std::int64_t width) {
    return span.subspan(static_cast<std::size_t>(first * width),
                        static_cast<std::size_t>(n * width));
  };
  const auto copy = [](auto& to, const auto& from) { to.assign(from.begin(), from.end()); };
  const auto targets = static_cast<std::int64_t>(record.targets.size());
  Cells cells;
  separate(take(impl_->rows<std::uint16_t>(kind::kCellBin, map, all * 2), 2), cells.bin_x,
           cells.bin_y);
  copy(cells.count, take(impl_->rows<std::int32_t>(kind::kCellCount, map, all), 1));
  copy(cells.attribution,
       take(impl_->rows<float>(kind::kCellAttribution, map, all * targets), targets));
  copy(cells.subject, take(impl_->rows<float>(kind::kCellSubject, map, all), 1));
  copy(cells.concept_number, take(impl_->rows<std::int16_t>(kind::kCellConcept, map, all), 1));
  copy(cells.medoid, take(impl_->rows<std::int32_t>(kind::kCellMedoid, map, all), 1));
  copy(cells.icon, take(impl_->rows<std::int32_t>(kind::kCellIcon, map, all), 1));
  const auto bins = record.level_bins[level];
  impl_->check_indexes(kind::kCellBin, cells.bin_x, 0, bins);
  impl_->check_indexes(kind::kCellBin, cells.bin_y, 0, bins);
  impl_->check_indexes(kind::kCellConcept, cells.concept_number, -1, impl_->concept_count(map));
  impl_->check_indexes(kind::kCellMedoid, cells.medoid, 0, record.points);
  impl_->check_indexes(kind::kCellIcon, cells.icon, -1, impl_->icons.icons);
  return cells;
}

gsl::span<const Imath::half> Reader::activations(std::int32_t map) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const auto record = impl_->map_record(map);
  const auto& layer = impl_->layer_of(record);
  return impl_->rows<Imath::half>(role_kind(kind::kActivations, layer.role), map,
                                  record.points * layer.channels);
}

gsl::span<const float> Reader::concept_centroids(std::int32_t map) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const auto& layer = impl_->layer_of(impl_->map_record(map));
  return impl_->rows<float>(
      role_kind(kind::kCentroids, layer.role), map,
      impl_->concept_count(map) * (layer.channels + static_cast<std::int64_t>(kPlaceColumns)));
}

gsl::span<const float> Reader::centre(std::int32_t layer) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const auto& record = impl_->layer(layer);
  const auto rows =
      impl_->rows<float>(role_kind(kind::kNormalisation, record.role), layer, 2 * record.channels);
  return rows.first(static_cast<std::size_t>(record.channels));
}

gsl::span<const float> Reader::scale(std::int32_t layer) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const auto& record = impl_->layer(layer);
  const auto rows =
      impl_->rows<float>(role_kind(kind::kNormalisation, record.role), layer, 2 * record.channels);
  return rows.last(static_cast<std::size_t>(record.channels));
}

std::vector<std::int32_t> Reader::grid_photos(std::int32_t taxon) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const auto rows = impl_->arrays.rows<std::int32_t>(kind::kGridPhoto, taxon);
  std::vector<std::int32_t> photos(rows.begin(), rows.end());
  impl_->check_indexes(kind::kGridPhoto, photos, 0, impl_->photos);
  return photos;
}

gsl::span<const Imath::half> Reader::grids(std::int32_t taxon) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->rows<Imath::half>(kind::kGridActivations, taxon,
                                  impl_->grid_positions(taxon) * impl_->layers.front().channels);
}

gsl::span<const float> Reader::grid_attributions(std::int32_t taxon) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const auto values = impl_->arrays.rows<float>(kind::kGridAttribution, taxon);
  const auto positions = impl_->grid_positions(taxon);
  if (positions == 0 ? !values.empty() : static_cast<std::int64_t>(values.size()) % positions != 0)
    impl_->database.fail(SQLITE_CORRUPT);
  return values;
}

gsl::span<const float> Reader::grid_subjects(std::int32_t taxon) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->rows<float>(kind::kGridSubject, taxon, impl_->grid_positions(taxon));
}

std::string Reader::icon_sheet_path(std::int32_t sheet) const {
  return (fs::path(impl_->path) / icon_sheet_file(sheet)).string();
}

std::vector<std::string> Reader::verify() const {
  return check_sums(impl_->path);
}

}  // namespace differentia::store

#include "atlas/store/writer.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include "atlas/store/array_shards.h"
#include "atlas/store/database.h"
#include "atlas/store/finish.h"
#include "atlas/store/format.h"
#include "atlas/store/icon_writer.h"
#include "atlas/store/partial.h"
#include "atlas/store/sums.h"
#include "atlas/store/tables.h"
#include "base/error.h"
#include "base/file.h"

namespace differentia::store {
namespace {

namespace fs = std::filesystem;

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(std::string("atlas writer: ") + what);
}

template <typename T>
gsl::span<const T> span_of(const std::vector<T>& values) {
  return {values.data(), values.size()};
}

// Two columns as rows of two.
template <typename T>
std::vector<T> interleave(const std::vector<T>& a, const std::vector<T>& b) {
  require(a.size() == b.size(), "columns of different lengths");
  std::vector<T> rows;
  rows.reserve(a.size() * 2);
  for (std::size_t i = 0; i < a.size(); ++i) {
    rows.push_back(a[i]);
    rows.push_back(b[i]);
  }
  return rows;
}

template <typename T>
void separate(const std::vector<T>& rows, std::vector<T>& a, std::vector<T>& b) {
  for (std::size_t i = 0; i + 1 < rows.size(); i += 2) {
    a.push_back(rows[i]);
    b.push_back(rows[i + 1]);
  }
}

}  // namespace

struct Writer::Impl {
  Impl(std::string atlas_path, const AtlasHead& atlas_head, const WriterOptions& writer_options)
      : path(std::move(atlas_path)),
        options(writer_options),
        partial(path, atlas_head, options.replace),
        layers(atlas_head.layers),
        root_hint(atlas_head.provenance.photo_root_hint),
        model_hint(atlas_head.provenance.model_path_hint) {
    if (partial.whole()) return;  // only finish() is left
    database.emplace(partial.folder() + "/" + kWorkDatabase, Database::Mode::kWrite);
    database->run("PRAGMA synchronous = FULL");
    shards.emplace(partial.folder(), *database, options.shard_bytes);
    icons.emplace(partial.folder(),
                  static_cast<std::int32_t>(database->number(
                      "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'icons'")));
    taxa = count("taxa");
    photos = count("photos");
    maps = count("maps");
    concepts = count("concepts");
    database->run("BEGIN");
  }

  std::int32_t count(const std::string& table) {
    return static_cast<std::int32_t>(database->number("SELECT count(*) FROM " + table));
  }
  const LayerRecord& layer(std::int32_t id) const {
    require(id >= 0 && id < static_cast<std::int32_t>(layers.size()), "no such layer");
    return layers[static_cast<std::size_t>(id)];
  }
  std::size_t channels(std::int32_t id) const {
    return static_cast<std::size_t>(layer(id).channels);
  }
  Database& db() {
    require(database.has_value(), "the atlas is whole already");
    return *database;
  }

  template <typename T>
  void append(const std::string& kind, std::int32_t owner,
              const std::vector<std::size_t>& row_shape, const std::vector<T>& values) {
    shards->append<T>(kind, owner, row_shape, span_of(values));
  }

  std::string path;
  WriterOptions options;
  PartialFolder partial;
  std::vector<LayerRecord> layers;
  std::string root_hint, model_hint;
  std::optional<Database> database;
  std::optional<ArrayShards> shards;
  std::optional<IconWriter> icons;
  std::int32_t taxa = 0, photos = 0, maps = 0, concepts = 0;
};

Writer::Writer(const std::string& path, const AtlasHead& head, const WriterOptions& options)
    : impl_(std::make_unique<Impl>(path, head, options)) {}
Writer::~Writer() = default;
Writer::Writer(Writer&&) noexcept = default;

void Writer::check_path(const std::string& path, bool replace) {
  check_destination(path, replace);
}

bool Writer::whole() const {
  return impl_->partial.whole();
}
bool Writer::resumed() const {
  return impl_->partial.resumed();
}
std::int32_t Writer::taxa() const {
  return impl_->taxa;
}
std::int32_t Writer::photos() const {
  return impl_->photos;
}
std::int32_t Writer::icons() const {
  return impl_->icons ? impl_->icons->icons() : 0;
}

void Writer::add_taxon(const TaxonRecord& taxon, const std::vector<PhotoRecord>& taxon_photos) {
  require(taxon.id == impl_->taxa, "taxa are added by id");
  std::vector<PhotoRecord> numbered = taxon_photos;
  for (auto& photo : numbered) {
    photo.id = impl_->photos++;
    photo.taxon = taxon.id;
  }
  insert_taxon(impl_->db(), taxon);
  insert_photos(impl_->db(), numbered);
  ++impl_->taxa;
}

void Writer::add_grids(std::int32_t taxon, const Grids& grids) {
  const auto& layer = impl_->layer(0);
  const auto height = static_cast<std::size_t>(layer.grid.height);
  const auto width = static_cast<std::size_t>(layer.grid.width);
  const auto channels = static_cast<std::size_t>(layer.channels);
  const auto positions = grids.photos.size() * height * width;
  require(grids.activation.size() == positions * channels, "grids of another size");
  require(grids.subject.size() == positions, "grid subjects of another size");
  require(positions == 0 || grids.attribution.size() % positions == 0,
          "grid attributions of another size");
  impl_->append(kind::kGridPhoto, taxon, {}, grids.photos);
  impl_->append(kind::kGridActivations, taxon, {height, width, channels}, grids.activation);
  impl_->append(kind::kGridAttribution, taxon, {}, grids.attribution);
  impl_->append(kind::kGridSubject, taxon, {height, width}, grids.subject);
}

Grids Writer::grids(std::int32_t taxon) const {
  Grids grids;
  grids.photos = impl_->shards->read<std::int32_t>(kind::kGridPhoto, taxon);
  grids.activation = impl_->shards->read<Imath::half>(kind::kGridActivations, taxon);
  grids.attribution = impl_->shards->read<float>(kind::kGridAttribution, taxon);
  grids.subject = impl_->shards->read<float>(kind::kGridSubject, taxon);
  return grids;
}

void Writer::put_work(const std::string& name, std::int32_t taxon, const WorkPositions& positions) {
  const auto n = positions.photo.size();
  if (n == 0) return;
  require(positions.activation.size() % n == 0 && positions.subject.size() == n,
          "work positions of another size");
  const auto prefix = std::string(kWorkFolder) + "/" + name;
  impl_->append(prefix + "-photo", taxon, {}, positions.photo);
  impl_->append(prefix + "-position", taxon, {2}, interleave(positions.row, positions.column));
  impl_->append(prefix + "-activation", taxon, {positions.activation.size() / n},
                positions.activation);
  impl_->append(prefix + "-attribution", taxon, {}, positions.attribution);
  impl_->append(prefix + "-subject", taxon, {}, positions.subject);
}

WorkPositions Writer::work(const std::string& name, std::int32_t taxon) const {
  WorkPositions positions;
  auto& shards = *impl_->shards;
  const auto prefix = std::string(kWorkFolder) + "/" + name;
  positions.photo = shards.read<std::int32_t>(prefix + "-photo", taxon);
  separate(shards.read<std::uint16_t>(prefix + "-position", taxon), positions.row,
           positions.column);
  positions.activation = shards.read<Imath::half>(prefix + "-activation", taxon);
  positions.attribution = shards.read<float>(prefix + "-attribution", taxon);
  positions.subject = shards.read<float>(prefix + "-subject", taxon);
  return positions;
}

bool Writer::has_normalisation(std::int32_t layer) const {
  Statement row(impl_->db(), "SELECT 1 FROM ranges WHERE kind = ? AND owner = ?");
  return row.bind(role_kind(kind::kNormalisation, impl_->layer(layer).role), layer).step();
}

void Writer::set_normalisation(std::int32_t layer, gsl::span<const float> centre,
                               gsl::span<const float> scale) {
  const auto channels = impl_->channels(layer);
  require(centre.size() == channels && scale.size() == channels, "a normalisation of another size");
  std::vector<float> rows(centre.begin(), centre.end());
  rows.insert(rows.end(), scale.begin(), scale.end());
  impl_->append(role_kind(kind::kNormalisation, impl_->layer(layer).role), layer, {channels}, rows);
}

std::vector<float> Writer::centre(std::int32_t layer) const {
  auto rows =
      impl_->shards->read<float>(role_kind(kind::kNormalisation, impl_->layer(layer).role), layer);
  rows.resize(rows.size() / 2);
  return rows;
}

std::vector<float> Writer::scale(std::int32_t layer) const {
  const auto rows =
      impl_->shards->read<float>(role_kind(kind::kNormalisation, impl_->layer(layer).role), layer);
  return {rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 2), rows.end()};
}

bool Writer::has_map(std::int32_t taxon) const {
  return Statement(impl_->db(), "SELECT 1 FROM maps WHERE taxon = ?").bind(taxon).step();
}

std::int32_t Writer::add_icon(gsl::span<const std::uint8_t> rgb) {
  return impl_->icons->add(rgb);
}

std::int32_t Writer::add_map(const MapContents& map) {
  auto& database = impl_->db();
  const auto& role = impl_->layer(map.layer).role;
  const auto channels = impl_->channels(map.layer);
  const auto& points = map.points;
  const auto n = points.x.size();
  const auto targets = map.targets.size();
  require(points.photo.size() == n && points.row.size() == n && points.concept_number.size() == n &&
              points.attribution.size() == n * targets && points.subject.size() == n &&
              map.activations.size() == n * channels,
          "points of different lengths");
  require(map.levels.size() == map.level_bins.size(), "levels without bins");
  require(map.centroids.size() == map.concepts.size() * (channels + kPlaceColumns) &&
              map.exemplars.size() == map.concepts.size(),
          "concepts without centroids or exemplars");

  MapRecord record;
  record.id = impl_->maps++;
  record.taxon = map.taxon;
  record.layer = map.layer;
  record.targets = map.targets;
  record.place_weight = map.place_weight;
  record.points = static_cast<std::int64_t>(n);
  record.level_bins = map.level_bins;
  Cells all;  // of every level, one after the other
  const auto extend = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  for (const auto& cells : map.levels) {
    const auto count = cells.bin_x.size();
    require(cells.bin_y.size() == count && cells.count.size() == count &&
                cells.attribution.size() == count * targets && cells.subject.size() == count &&
                cells.concept_number.size() == count && cells.medoid.size() == count &&
                cells.icon.size() == count,
            "cells of different lengths");
    record.level_cells.push_back(static_cast<std::int64_t>(count));
    extend(all.bin_x, cells.bin_x);
    extend(all.bin_y, cells.bin_y);
    extend(all.count, cells.count);
    extend(all.attribution, cells.attribution);
    extend(all.subject, cells.subject);
    extend(all.concept_number, cells.concept_number);
    extend(all.medoid, cells.medoid);
    extend(all.icon, cells.icon);
  }
  insert_map(database, record);

  impl_->append(kind::kPointPlace, record.id, {2}, interleave(points.x, points.y));
  impl_->append(kind::kPointPhoto, record.id, {}, points.photo);
  impl_->append(kind::kPointCell, record.id, {2}, interleave(points.row, points.column));
  impl_->append(kind::kPointConcept, record.id, {}, points.concept_number);
  impl_->append(kind::kPointAttribution, record.id, {}, points.attribution);
  impl_->append(kind::kPointSubject, record.id, {}, points.subject);
  impl_->append(role_kind(kind::kActivations, role), record.id, {channels}, map.activations);
  impl_->append(kind::kCellBin, record.id, {2}, interleave(all.bin_x, all.bin_y));
  impl_->append(kind::kCellCount, record.id, {}, all.count);
  impl_->append(kind::kCellAttribution, record.id, {}, all.attribution);
  impl_->append(kind::kCellSubject, record.id, {}, all.subject);
  impl_->append(kind::kCellConcept, record.id, {}, all.concept_number);
  impl_->append(kind::kCellMedoid, record.id, {}, all.medoid);
  impl_->append(kind::kCellIcon, record.id, {}, all.icon);
  impl_->append(role_kind(kind::kCentroids, role), record.id, {channels + kPlaceColumns},
                map.centroids);

  std::vector<ConceptRecord> concepts = map.concepts;
  std::vector<ExemplarRecord> exemplars;
  for (std::size_t i = 0; i < concepts.size(); ++i) {
    concepts[i].id = impl_->concepts++;
    concepts[i].map = record.id;
    concepts[i].number = static_cast<std::int32_t>(i);
    for (auto exemplar : map.exemplars[i]) {
      exemplar.concept_id = concepts[i].id;
      exemplars.push_back(exemplar);
    }
  }
  insert_concepts(database, concepts);
  insert_exemplars(database, exemplars);
  return record.id;
}

TaxonRecord Writer::taxon(std::int32_t id) const {
  Statement row(impl_->db(), fmt::format("SELECT {} FROM taxa WHERE id = ?", kTaxonColumns));
  require(row.bind(id).step(), "no such taxon");
  return taxon_of(impl_->db(), row);
}

std::vector<PhotoRecord> Writer::photos_of_taxon(std::int32_t taxon) const {
  Statement row(impl_->db(),
                fmt::format("SELECT {} FROM photos WHERE taxon = ? ORDER BY id", kPhotoColumns));
  row.bind(taxon);
  std::vector<PhotoRecord> photos;
  while (row.step()) photos.push_back(photo_of(impl_->db(), row));
  return photos;
}

void Writer::commit() {
  auto& database = impl_->db();
  impl_->shards->commit();
  impl_->icons->commit();
  set_meta(database, "icons", std::to_string(impl_->icons->icons()));
  database.run("COMMIT");
  impl_->icons->after_commit();
  database.run("BEGIN");
}

void Writer::discard() {
  impl_->shards.reset();
  impl_->icons.reset();
  impl_->database.reset();
  impl_->partial.remove();
}

void Writer::finish() {
  if (!impl_->partial.whole()) {
    commit();
    impl_->icons->finish();
    impl_->shards->forget_scratch();
    impl_->shards.reset();
    finish_database(impl_->db(), impl_->partial.folder(), impl_->icons->icons());
    impl_->database.reset();
    write_sums(impl_->partial.folder());
    write_whole_file(impl_->partial.folder() + "/" + kPhotoRootFile, impl_->root_hint + "\n");
    write_whole_file(impl_->partial.folder() + "/" + kModelPathFile, impl_->model_hint + "\n");
    fs::remove_all(impl_->partial.folder() + "/" + kWorkFolder);
  }
  impl_->partial.give_name(impl_->options.replace);
}

}  // namespace differentia::store

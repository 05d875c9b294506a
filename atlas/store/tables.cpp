#include "atlas/store/tables.h"

#include <limits>

#include <nlohmann/json.hpp>

#include "atlas/store/format.h"

namespace differentia::store {
namespace {

std::vector<std::int32_t> outputs_of(const Database& database, const std::string& text) {
  const auto numbers = list_of(database, text);
  return {numbers.begin(), numbers.end()};
}

std::string outputs_text(const std::vector<std::int32_t>& outputs) {
  return list_text({outputs.begin(), outputs.end()});
}

}  // namespace

const char* const kTaxonColumns =
    "id, name, common_name, output, photos, unreadable, tested, correct, rivals";
const char* const kPhotoColumns =
    "id, taxon, path, mask, status, reason, width, height, split, form, observation, observer, "
    "date, "
    "latitude, longitude, licence, credit, url, extra, predicted, logit, residual, steps, "
    "subject_x, subject_y, subject_width, subject_height";
const char* const kConceptColumns =
    "id, map, number, threshold, positions, observations, prevalence, prevalence_low, "
    "prevalence_high, attribution, attribution_low, attribution_high, subject_share, place_x, "
    "place_y, spread_x, spread_y, place_on_subject, label_x, label_y, medoid, icon, "
    "prevalence_with, prevalence_of, prevalence_held_out, "
    "subject_share_low, subject_share_high";
const char* const kExemplarColumns =
    "concept, rank, photo, row, column, similarity, attribution, box_x, box_y, box_width, "
    "box_height, icon";

std::string list_text(const std::vector<std::int64_t>& numbers) {
  return nlohmann::json(numbers).dump();
}

std::vector<std::int64_t> list_of(const Database& database, const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_array()) database.fail(SQLITE_CORRUPT);
  std::vector<std::int64_t> numbers;
  for (const auto& number : json) {
    if (!number.is_number_integer()) database.fail(SQLITE_CORRUPT);
    numbers.push_back(number.get<std::int64_t>());
  }
  return numbers;
}

TaxonRecord taxon_of(const Database& database, const Statement& row) {
  TaxonRecord taxon;
  taxon.id = row.int32(0);
  taxon.name = row.text(1);
  taxon.common_name = row.text(2);
  taxon.output = row.int32(3);
  taxon.photos = row.int32(4);
  taxon.unreadable = row.int32(5);
  taxon.tested = row.int32(6);
  taxon.correct = row.int32(7);
  taxon.rivals = outputs_of(database, row.text(8));
  return taxon;
}

void insert_taxon(Database& database, const TaxonRecord& taxon) {
  Statement(database, "INSERT INTO taxa VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(taxon.id, taxon.name, taxon.common_name,
            search_key(taxon.name) + "\n" + search_key(taxon.common_name), taxon.output,
            taxon.photos, taxon.unreadable, taxon.tested, taxon.correct, outputs_text(taxon.rivals))
      .run();
}

PhotoRecord photo_of(const Database& database, const Statement& row) {
  PhotoRecord photo;
  photo.id = row.int32(0);
  photo.taxon = row.int32(1);
  photo.path = row.text(2);
  photo.mask = row.text(3);
  const auto status = row.integer(4);
  if (status < 0 || status > 2) database.fail(SQLITE_CORRUPT);
  photo.status = static_cast<PhotoStatus>(status);
  photo.reason = row.text(5);
  photo.size = {row.int32(6), row.int32(7)};
  photo.split = row.text(8);
  photo.form = row.text(9);
  photo.observation = row.text(10);
  photo.observer = row.text(11);
  photo.date = row.text(12);
  photo.latitude = row.text(13);
  photo.longitude = row.text(14);
  photo.licence = row.text(15);
  photo.credit = row.text(16);
  photo.url = row.text(17);
  const auto extra = nlohmann::json::parse(row.text(18), nullptr, false);
  if (!extra.is_object()) database.fail(SQLITE_CORRUPT);
  for (const auto& [key, value] : extra.items()) {
    if (!value.is_string()) database.fail(SQLITE_CORRUPT);
    photo.extra[key] = value.get<std::string>();
  }
  photo.predicted = row.int32(19);
  photo.logit = row.real(20);
  photo.residual = row.real(21);
  photo.steps = row.int32(22);
  const Box subject{row.real(23), row.real(24), row.real(25), row.real(26)};
  if (subject.width > 0 && subject.height > 0) photo.subject = subject;
  return photo;
}

void insert_photos(Database& database, const std::vector<PhotoRecord>& photos) {
  Statement statement(
      database,
      "INSERT INTO photos VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const auto& photo : photos) {
    const bool given = photo.subject.width > 0;
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    // Names of files and columns need not be UTF-8: what is not is replaced rather than refused.
    const auto extra =
        nlohmann::json(photo.extra).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    statement
        .bind(photo.id, photo.taxon, photo.path, photo.mask,
              static_cast<std::int32_t>(photo.status), photo.reason, photo.size.width,
              photo.size.height, photo.split, photo.form, photo.observation, photo.observer,
              photo.date, photo.latitude, photo.longitude, photo.licence, photo.credit, photo.url,
              extra, photo.predicted, photo.logit, photo.residual, photo.steps,
              given ? photo.subject.x : none, given ? photo.subject.y : none,
              given ? photo.subject.width : none, given ? photo.subject.height : none)
        .run();
  }
}

void insert_map(Database& database, const MapRecord& map) {
  Statement(database, "INSERT INTO maps VALUES (?, ?, ?, ?, ?, ?)")
      .bind(map.id, map.taxon, map.layer, outputs_text(map.targets), map.points, map.place_weight)
      .run();
  Statement level(database, "INSERT INTO levels VALUES (?, ?, ?, ?)");
  for (std::size_t i = 0; i < map.level_bins.size(); ++i)
    level.bind(map.id, static_cast<std::int32_t>(i), map.level_bins[i], map.level_cells[i]).run();
}

std::vector<MapRecord> read_maps(Database& database, const std::string& where) {
  std::vector<MapRecord> maps;
  Statement row(database, "SELECT id, taxon, layer, targets, points, place_weight FROM maps " +
                              where + " ORDER BY id");
  Statement level(database, "SELECT bins, cells FROM levels WHERE map = ? ORDER BY level");
  while (row.step()) {
    MapRecord map;
    map.id = row.int32(0);
    map.taxon = row.int32(1);
    map.layer = row.int32(2);
    map.targets = outputs_of(database, row.text(3));
    map.points = row.integer(4);
    map.place_weight = row.real(5);
    level.bind(map.id);
    while (level.step()) {
      map.level_bins.push_back(level.int32(0));
      map.level_cells.push_back(level.integer(1));
      if (map.level_bins.back() <= 0 || map.level_cells.back() < 0) database.fail(SQLITE_CORRUPT);
    }
    if (map.points < 0) database.fail(SQLITE_CORRUPT);
    maps.push_back(std::move(map));
  }
  return maps;
}

ConceptRecord concept_of(const Statement& row) {
  ConceptRecord record;
  record.id = row.int32(0);
  record.map = row.int32(1);
  record.number = row.int32(2);
  record.threshold = row.real(3);
  record.positions = row.integer(4);
  record.observations = row.int32(5);
  record.prevalence = {row.real(6), row.real(7), row.real(8)};
  record.attribution = {row.real(9), row.real(10), row.real(11)};
  record.subject_share = row.real(12);
  record.place_x = row.real(13);
  record.place_y = row.real(14);
  record.spread_x = row.real(15);
  record.spread_y = row.real(16);
  record.place_on_subject = row.integer(17) != 0;
  record.label_x = static_cast<float>(row.real(18));
  record.label_y = static_cast<float>(row.real(19));
  record.medoid = row.int32(20);
  record.icon = row.int32(21);
  record.prevalence_with = row.int32(22);
  record.prevalence_of = row.int32(23);
  record.prevalence_held_out = row.integer(24) != 0;
  record.subject_share_low = row.real(25);
  record.subject_share_high = row.real(26);
  return record;
}

void insert_concepts(Database& database, const std::vector<ConceptRecord>& concepts) {
  Statement statement(
      database,
      "INSERT INTO concepts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const auto& c : concepts)
    statement
        .bind(c.id, c.map, c.number, c.threshold, c.positions, c.observations, c.prevalence.value,
              c.prevalence.low, c.prevalence.high, c.attribution.value, c.attribution.low,
              c.attribution.high, c.subject_share, c.place_x, c.place_y, c.spread_x, c.spread_y,
              c.place_on_subject, static_cast<double>(c.label_x), static_cast<double>(c.label_y),
              c.medoid, c.icon, c.prevalence_with, c.prevalence_of, c.prevalence_held_out,
              c.subject_share_low, c.subject_share_high)
        .run();
}

ExemplarRecord exemplar_of(const Statement& row) {
  ExemplarRecord record;
  record.concept_id = row.int32(0);
  record.rank = row.int32(1);
  record.photo = row.int32(2);
  record.row = row.int32(3);
  record.column = row.int32(4);
  record.similarity = row.real(5);
  record.attribution = row.real(6);
  record.box = {row.real(7), row.real(8), row.real(9), row.real(10)};
  record.icon = row.int32(11);
  return record;
}

void insert_exemplars(Database& database, const std::vector<ExemplarRecord>& exemplars) {
  Statement statement(database,
                      "INSERT INTO exemplars VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const auto& e : exemplars)
    statement
        .bind(e.concept_id, e.rank, e.photo, e.row, e.column, e.similarity, e.attribution, e.box.x,
              e.box.y, e.box.width, e.box.height, e.icon)
        .run();
}

void set_meta(Database& database, const std::string& key, const std::string& value) {
  Statement(database, "INSERT OR REPLACE INTO meta VALUES (?, ?)").bind(key, value).run();
}

std::string meta(Database& database, const std::string& key) {
  Statement statement(database, "SELECT value FROM meta WHERE key = ?");
  return statement.bind(key).step() ? statement.text(0) : std::string();
}

void insert_head(Database& database, const Provenance& provenance,
                 const std::vector<std::string>& labels, const std::vector<LayerRecord>& layers) {
  set_meta(database, "program_version", provenance.program_version);
  set_meta(database, "model_name", provenance.model_name);
  set_meta(database, "model_sha256", provenance.model_sha256);
  set_meta(database, "model_card", provenance.model_card);
  set_meta(database, "options", provenance.options);
  set_meta(database, "seed", std::to_string(provenance.seed));
  set_meta(database, "photos_sha256", provenance.photos_sha256);
  Statement label(database, "INSERT INTO labels VALUES (?, ?)");
  for (std::size_t i = 0; i < labels.size(); ++i)
    label.bind(static_cast<std::int64_t>(i), labels[i]).run();
  Statement layer(database, "INSERT INTO layers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const auto& l : layers)
    layer
        .bind(l.id, l.path, l.role, l.channels, l.grid.height, l.grid.width, l.grid.stride_x,
              l.grid.stride_y, l.grid.first_x, l.grid.first_y, l.input.width, l.input.height)
        .run();
}

Provenance read_provenance(Database& database) {
  Provenance provenance;
  provenance.program_version = meta(database, "program_version");
  provenance.model_name = meta(database, "model_name");
  provenance.model_sha256 = meta(database, "model_sha256");
  provenance.model_card = meta(database, "model_card");
  provenance.options = meta(database, "options");
  provenance.photos_sha256 = meta(database, "photos_sha256");
  for (const char digit : meta(database, "seed")) {
    if (digit < '0' || digit > '9') database.fail(SQLITE_CORRUPT);
    provenance.seed = provenance.seed * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return provenance;
}

std::vector<std::string> read_labels(Database& database) {
  std::vector<std::string> labels;
  Statement row(database, "SELECT output, name FROM labels ORDER BY output");
  while (row.step()) {
    if (row.integer(0) != static_cast<std::int64_t>(labels.size())) database.fail(SQLITE_CORRUPT);
    labels.push_back(row.text(1));
  }
  return labels;
}

std::vector<LayerRecord> read_layers(Database& database) {
  std::vector<LayerRecord> layers;
  Statement row(database, "SELECT * FROM layers ORDER BY id");
  while (row.step()) {
    LayerRecord layer;
    layer.id = row.int32(0);
    layer.path = row.text(1);
    layer.role = row.text(2);
    layer.channels = row.int32(3);
    layer.grid.height = row.int32(4);
    layer.grid.width = row.int32(5);
    layer.grid.stride_x = row.real(6);
    layer.grid.stride_y = row.real(7);
    layer.grid.first_x = row.real(8);
    layer.grid.first_y = row.real(9);
    layer.input = {row.int32(10), row.int32(11)};
    const bool sound = layer.id == static_cast<std::int32_t>(layers.size()) && layer.channels > 0 &&
                       layer.grid.height > 0 && layer.grid.width > 0 && layer.input.width > 0 &&
                       layer.input.height > 0;
    if (!sound) database.fail(SQLITE_CORRUPT);
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace differentia::store

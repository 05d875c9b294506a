#include "atlas/store/format.h"

#include <fmt/format.h>

namespace differentia::store {

std::string role_kind(const char* base, const std::string& role) {
  return std::string(base) + "-" + role;
}

std::string array_file(const std::string& kind, std::int32_t shard) {
  return fmt::format("{}/{}-{:04}.npy", kArrayFolder, kind, shard);
}

std::string icon_sheet_file(std::int32_t sheet) {
  return fmt::format("{}/icons-{:04}.jpg", kPictureFolder, sheet);
}

std::string partial_path(const std::string& atlas) {
  std::string path = atlas;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path + ".partial";
}

std::string search_key(const std::string& name) {
  std::string key;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    if (byte < 0x80) {
      const bool upper = byte >= 'A' && byte <= 'Z';
      key += byte == '_' ? ' ' : static_cast<char>(upper ? byte + 32 : byte);
      continue;
    }
    const bool pair = (byte & 0xe0) == 0xc0 && i + 1 < name.size() &&
                      (static_cast<unsigned char>(name[i + 1]) & 0xc0) == 0x80;
    if (!pair) {
      key += name[i];
      continue;
    }
    // Two bytes of UTF-8 hold all of Latin, Greek and Cyrillic; their capitals lie at fixed
    // distances.
    unsigned code = ((byte & 0x1fU) << 6) | (static_cast<unsigned char>(name[++i]) & 0x3fU);
    if ((code >= 0xc0 && code <= 0xde && code != 0xd7) || (code >= 0x391 && code <= 0x3a9) ||
        (code >= 0x410 && code <= 0x42f))
      code += 32;
    else if (code >= 0x400 && code <= 0x40f)
      code += 80;
    else if (code >= 0x100 && code <= 0x137 && code != 0x130)
      code |= 1;
    key += static_cast<char>(0xc0 | (code >> 6));
    key += static_cast<char>(0x80 | (code & 0x3f));
  }
  return key;
}

const char* const kSchema = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE labels (output INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE layers (id INTEGER PRIMARY KEY, path TEXT NOT NULL, role TEXT NOT NULL, channels INTEGER NOT NULL,
  height INTEGER NOT NULL, width INTEGER NOT NULL, stride_x REAL NOT NULL, stride_y REAL NOT NULL,
  first_x REAL NOT NULL, first_y REAL NOT NULL, input_width INTEGER NOT NULL, input_height INTEGER NOT NULL);
CREATE TABLE taxa (id INTEGER PRIMARY KEY, name TEXT NOT NULL, common_name TEXT NOT NULL, search TEXT NOT NULL,
  output INTEGER NOT NULL, photos INTEGER NOT NULL, unreadable INTEGER NOT NULL, tested INTEGER NOT NULL,
  correct INTEGER NOT NULL, rivals TEXT NOT NULL);
CREATE TABLE photos (id INTEGER PRIMARY KEY, taxon INTEGER NOT NULL, path TEXT NOT NULL, mask TEXT NOT NULL,
  status INTEGER NOT NULL, reason TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, split TEXT NOT NULL,
  form TEXT NOT NULL, observation TEXT NOT NULL, observer TEXT NOT NULL, date TEXT NOT NULL, latitude TEXT NOT NULL,
  longitude TEXT NOT NULL, licence TEXT NOT NULL, credit TEXT NOT NULL, url TEXT NOT NULL, extra TEXT NOT NULL,
  predicted INTEGER NOT NULL, logit REAL, residual REAL, steps INTEGER NOT NULL,
  subject_x REAL, subject_y REAL, subject_width REAL, subject_height REAL);
CREATE INDEX photos_by_taxon ON photos (taxon);
CREATE INDEX photos_by_status ON photos (status) WHERE status <> 0;
CREATE TABLE maps (id INTEGER PRIMARY KEY, taxon INTEGER NOT NULL, layer INTEGER NOT NULL, targets TEXT NOT NULL,
  points INTEGER NOT NULL, place_weight REAL NOT NULL);
CREATE UNIQUE INDEX maps_by_taxon ON maps (taxon);
CREATE TABLE levels (map INTEGER NOT NULL, level INTEGER NOT NULL, bins INTEGER NOT NULL, cells INTEGER NOT NULL,
  PRIMARY KEY (map, level)) WITHOUT ROWID;
CREATE TABLE concepts (id INTEGER PRIMARY KEY, map INTEGER NOT NULL, number INTEGER NOT NULL, threshold REAL,
  positions INTEGER NOT NULL, observations INTEGER NOT NULL, prevalence REAL, prevalence_low REAL,
  prevalence_high REAL, attribution REAL, attribution_low REAL, attribution_high REAL, subject_share REAL,
  place_x REAL, place_y REAL, spread_x REAL, spread_y REAL, place_on_subject INTEGER NOT NULL, label_x REAL,
  label_y REAL, medoid INTEGER NOT NULL, icon INTEGER NOT NULL, prevalence_with INTEGER NOT NULL,
  prevalence_of INTEGER NOT NULL, prevalence_held_out INTEGER NOT NULL,
  subject_share_low REAL, subject_share_high REAL);
CREATE UNIQUE INDEX concepts_by_map ON concepts (map, number);
CREATE TABLE exemplars (concept INTEGER NOT NULL, rank INTEGER NOT NULL, photo INTEGER NOT NULL, row INTEGER NOT NULL,
  column INTEGER NOT NULL, similarity REAL, attribution REAL, box_x REAL NOT NULL, box_y REAL NOT NULL,
  box_width REAL NOT NULL, box_height REAL NOT NULL, icon INTEGER NOT NULL,
  PRIMARY KEY (concept, rank)) WITHOUT ROWID;
CREATE TABLE arrays (kind TEXT NOT NULL, shard INTEGER NOT NULL, type TEXT NOT NULL, row_shape TEXT NOT NULL,
  rows INTEGER NOT NULL, PRIMARY KEY (kind, shard)) WITHOUT ROWID;
CREATE TABLE ranges (kind TEXT NOT NULL, owner INTEGER NOT NULL, shard INTEGER NOT NULL, first INTEGER NOT NULL,
  rows INTEGER NOT NULL, PRIMARY KEY (kind, owner)) WITHOUT ROWID;
CREATE TABLE files (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID;
)sql";

}  // namespace differentia::store

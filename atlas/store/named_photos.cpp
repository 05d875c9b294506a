#include "atlas/store/named_photos.h"

#include <filesystem>

#include "atlas/store/database.h"
#include "atlas/store/format.h"

namespace differentia::store {

std::vector<NamedPhotos> named_photos(const Reader& atlas) {
  const auto file = (std::filesystem::path(atlas.path()) / kDatabaseFile).string();
  Database database(file, Database::Mode::kRead);
  Statement rows(database,
                 "SELECT taxon, predicted, split = 'train' AS train, count(*) FROM photos "
                 "WHERE status < 2 GROUP BY taxon, predicted, train ORDER BY taxon, predicted, "
                 "train");
  const std::int32_t taxa = atlas.taxon_count();
  std::vector<NamedPhotos> named;
  while (rows.step()) {
    const NamedPhotos one{rows.int32(0), rows.int32(1), rows.integer(2) != 0, rows.int32(3)};
    if (one.taxon < 0 || one.taxon >= taxa)
      throw DamagedAtlas(file, "a photo is of a taxon that it does not have");
    named.push_back(one);
  }
  return named;
}

}  // namespace differentia::store

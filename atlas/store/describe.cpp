#include "atlas/store/describe.h"

#include <filesystem>

#include "atlas/store/format.h"

namespace differentia::store {

Description describe(const Reader& reader) {
  namespace fs = std::filesystem;
  Description description;
  description.hash = reader.hash();
  description.provenance = reader.provenance();
  description.layers = reader.layers();
  description.totals = reader.totals();
  description.repaired = reader.photos_with_status(PhotoStatus::kRepaired);
  description.unreadable = reader.photos_with_status(PhotoStatus::kUnreadable);
  description.mask_left_out = reader.photos_without_their_mask();
  const auto add = [&](const fs::path& file) {
    const auto bytes = static_cast<std::int64_t>(fs::file_size(file));
    description.bytes += bytes;
    return bytes;
  };
  const fs::path folder(reader.path());
  for (const auto& entry : fs::directory_iterator(folder / kArrayFolder)) {
    const auto bytes = add(entry.path());
    description.array_bytes += bytes;
    if (entry.path().filename().string().rfind("grid-", 0) == 0) description.grid_bytes += bytes;
  }
  for (const auto& entry : fs::directory_iterator(folder / kPictureFolder))
    description.picture_bytes += add(entry.path());
  description.table_bytes += add(folder / kDatabaseFile);
  add(folder / kSumsFile);
  return description;
}

}  // namespace differentia::store

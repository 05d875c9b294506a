#include "atlas/store/finish.h"

#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "atlas/store/format.h"
#include "atlas/store/tables.h"
#include "base/file.h"

namespace differentia::store {
namespace {

namespace fs = std::filesystem;

std::set<std::string> named_files(Database& work, std::int32_t icons) {
  std::set<std::string> files;
  Statement row(work, "SELECT kind, shard FROM arrays");
  while (row.step()) files.insert(array_file(row.text(0), row.int32(1)));
  constexpr std::int32_t kTilesPerSheet = kIconsPerSide * kIconsPerSide;
  for (std::int32_t first = 0; first < icons; first += kTilesPerSheet)
    files.insert(icon_sheet_file(first / kTilesPerSheet));
  return files;
}

}  // namespace

void finish_database(Database& work, const std::string& folder, std::int32_t icons) {
  const auto files = named_files(work, icons);
  for (const char* part : {kArrayFolder, kPictureFolder}) {
    for (const auto& entry : fs::directory_iterator(folder + "/" + part))
      if (files.count(std::string(part) + "/" + entry.path().filename().string()) == 0)
        fs::remove_all(entry.path());
    sync_folder(folder + "/" + part);
  }
  work.run("DELETE FROM files");
  {
    Statement row(work, "INSERT INTO files VALUES (?, ?)");
    for (const auto& file : files)
      row.bind(file, static_cast<std::int64_t>(fs::file_size(folder + "/" + file))).run();
  }
  // Counting a table reads all of it: too slow for opening an atlas of millions of photos.
  for (const char* table : {"taxa", "photos"})
    set_meta(work, table,
             std::to_string(work.number(fmt::format("SELECT count(*) FROM {}", table))));
  work.run("COMMIT");
  const auto temporary = folder + "/" + kDatabaseFile + ".tmp";
  fs::remove(temporary);
  // The copy is written anew in key order: the same rows give the same bytes, whatever way they
  // came in.
  Statement(work, "VACUUM INTO ?").bind(temporary).run();
  File(temporary, File::Mode::kWrite).sync();
  rename_path(temporary, folder + "/" + kDatabaseFile);
}

}  // namespace differentia::store

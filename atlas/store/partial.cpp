#include "atlas/store/partial.h"

#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "atlas/store/database.h"
#include "atlas/store/format.h"
#include "atlas/store/reader.h"
#include "atlas/store/tables.h"
#include "base/error.h"

namespace differentia::store {
namespace {

namespace fs = std::filesystem;

bool same_layers(const std::vector<LayerRecord>& a, const std::vector<LayerRecord>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].path != b[i].path || a[i].role != b[i].role || a[i].channels != b[i].channels ||
        a[i].grid.height != b[i].grid.height || a[i].grid.width != b[i].grid.width)
      return false;
  return true;
}

// Takes a folder apart so that a kill in between never leaves what looks like a whole atlas.
void empty_folder(const std::string& folder) {
  fs::remove(fs::path(folder) / kSumsFile);
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
  for (const auto& entry : entries) fs::remove_all(entry);
}

// Without a slash at its end.
std::string atlas_path(const std::string& atlas) {
  const auto partial = partial_path(atlas);
  return partial.substr(0, partial.size() - std::string(".partial").size());
}

// What differs between the head in `database` and the one asked for, in words; empty: they are the
// same.
std::vector<std::string> differences(Database& database, const AtlasHead& head) {
  const Provenance then = read_provenance(database);
  const Provenance& now = head.provenance;
  std::vector<std::string> words;
  if (then.program_version != now.program_version)
    words.push_back("version " + then.program_version + " of Differentia");
  if (then.model_sha256 != now.model_sha256) words.emplace_back("another model");
  if (then.model_card != now.model_card) words.emplace_back("another model card");
  if (then.photos_sha256 != now.photos_sha256) words.emplace_back("other photos");
  if (then.options != now.options) words.emplace_back("other options");
  if (then.seed != now.seed) words.push_back("seed " + std::to_string(then.seed));
  const bool same_model_facts = then.model_name == now.model_name &&
                                read_labels(database) == head.labels &&
                                same_layers(read_layers(database), head.layers);
  if (words.empty() && !same_model_facts) words.emplace_back("other labels or layers");
  return words;
}

}  // namespace

void check_destination(const std::string& atlas, bool replace) {
  std::error_code ignored;
  if (atlas.empty())
    throw FileError(atlas, "The atlas needs a name to be written under (NAME.atlas).");
  const auto parent = fs::absolute(atlas_path(atlas)).parent_path().string();
  if (!fs::is_directory(parent, ignored))
    throw FileError(
        atlas,
        fmt::format("There is no folder '{}' to write the atlas in; make it first.", parent));
  if (::access(parent.c_str(), W_OK | X_OK) != 0)
    throw FileError(
        atlas,
        fmt::format("The folder '{}' cannot be written to; choose another one for the atlas.",
                    parent));
  if (!fs::exists(fs::symlink_status(atlas, ignored))) return;
  if (!replace)
    throw FileError(
        atlas,
        fmt::format("'{}' exists already; give --replace to build it again, or another name.",
                    atlas));
  if (!fs::exists(fs::path(atlas) / kDatabaseFile, ignored))
    throw FileError(
        atlas, fmt::format("'{}' is no atlas, so it is not replaced; give another name.", atlas));
}

PartialFolder::PartialFolder(const std::string& atlas, const AtlasHead& head, bool replace)
    : atlas_(atlas_path(atlas)), folder_(partial_path(atlas)) {
  check_destination(atlas_, replace);
  std::error_code ignored;
  const bool existed = fs::exists(folder_, ignored);
  if (!existed) {
    std::error_code error;
    fs::create_directory(folder_, error);
    if (error) throw_write_error(folder_, error.value());
  }
  lock_ = std::make_unique<FolderLock>(folder_);

  const auto work = fs::path(folder_) / kWorkDatabase;
  const auto sums = fs::path(folder_) / kSumsFile;
  const bool has_work = fs::exists(work, ignored);
  whole_ = !has_work && fs::exists(sums, ignored);
  if (!has_work && !whole_) {
    start(head);
    return;
  }
  std::vector<std::string> differ;
  try {
    if (whole_) Reader reader(folder_);  // every file has its length
    Database database(whole_ ? folder_ + "/" + kDatabaseFile : work.string(),
                      whole_ ? Database::Mode::kRead : Database::Mode::kWrite);
    const auto format = database.number("PRAGMA user_version");
    if (format == kFormatVersion) {
      differ = differences(database, head);
    } else {
      differ.push_back(fmt::format("another version of Differentia (format {})", format));
    }
  } catch (const DiskFull&) {
    throw;
  } catch (const FileError&) {
    if (!replace) throw;
    differ.emplace_back("damage");
  }
  if (differ.empty()) {
    resumed_ = true;
    return;
  }
  if (!replace)
    throw FileError(folder_,
                    fmt::format("'{}' holds a build begun with {}; run it as it was begun to go "
                                "on, or give --replace to start over.",
                                folder_, fmt::join(differ, " and ")));
  start(head);
}

void PartialFolder::start(const AtlasHead& head) {
  whole_ = false;
  empty_folder(folder_);
  const auto work = fs::path(folder_) / kWorkFolder;
  std::error_code error;
  fs::create_directory(work, error);
  if (error) throw_write_error(work.string(), error.value());
  // Under another name until it is complete, so that a kill in between leaves nothing to go on
  // from.
  const auto temporary = (work / "new.sqlite").string();
  {
    Database database(temporary, Database::Mode::kCreate);
    database.run(
        fmt::format("PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; "
                    "PRAGMA application_id = {}; PRAGMA user_version = {}; BEGIN",
                    kApplicationId, kFormatVersion));
    database.run(kSchema);
    insert_head(database, head.provenance, head.labels, head.layers);
    set_meta(database, "icon_tile", std::to_string(kIconTile));
    set_meta(database, "icons_per_side", std::to_string(kIconsPerSide));
    set_meta(database, "icons", "0");
    database.run("COMMIT");
  }
  rename_path(temporary, folder_ + "/" + kWorkDatabase);
  sync_folder(work.string());
}

void PartialFolder::remove() {
  empty_folder(folder_);
  fs::remove_all(folder_);
}

void PartialFolder::give_name(bool replace) {
  std::error_code ignored;
  const auto parent = fs::absolute(atlas_).parent_path().string();
  if (!fs::exists(atlas_, ignored)) {
    rename_path(folder_, atlas_);
    sync_folder(parent);
    return;
  }
  if (!replace)
    throw FileError(atlas_,
                    fmt::format("'{}' appeared meanwhile; move it away and run again.", atlas_));
  if (exchange_paths(folder_, atlas_)) {
    sync_folder(parent);
    empty_folder(folder_);
    fs::remove_all(folder_);
    return;
  }
  // No exchange on this file system: for a moment the old atlas has another name, but it is there.
  const auto old = atlas_ + ".old";
  fs::remove_all(old);
  rename_path(atlas_, old);
  rename_path(folder_, atlas_);
  sync_folder(parent);
  fs::remove_all(old);
}

}  // namespace differentia::store

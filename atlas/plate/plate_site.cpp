#include "atlas/plate/plate_site.h"

#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "atlas/plate/html_pages.h"
#include "atlas/plate/page_names.h"
#include "base/image/write_picture.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr const char* kSign = "plates.json";  // by which a folder of ours is known
constexpr int kJpegQuality = 88;

std::string sign() {
  return Json{{"format", "differentia plates"}, {"version", kFormat}}.dump() + "\n";
}

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw_write_error(path, error.value());
}

// Throws where the folder is not one of ours; answers whether there is none yet, or an empty one.
bool is_new(const std::string& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return true;
  if (!fs::is_directory(folder, error))
    throw FileError(folder, fmt::format("'{}' is a file; name a folder for the pages.", folder));
  const fs::path path = fs::path(folder) / kSign;
  if (!fs::exists(path, error)) {
    const auto entries = fs::directory_iterator(folder, error);
    if (error) throw_read_error(folder, error.value());
    if (entries == fs::directory_iterator()) return true;
    throw FileError(folder, fmt::format("'{}' holds other files; name a new or an empty folder for "
                                        "the pages, or one of earlier plates.",
                                        folder));
  }
  try {
    const Json json = Json::parse(read_whole_file(path.string()));
    if (json.at("format") != "differentia plates") throw DamagedFile(path.string(), "not ours");
    if (json.at("version").get<int>() > kFormat)
      throw InputError(
          fmt::format("'{}' was made by a newer version of Differentia; use that one, "
                      "or name another folder.",
                      folder));
  } catch (const Json::exception&) {
    throw DamagedFile(path.string(), "it does not say what it is");
  }
  return false;
}

}  // namespace

PlateSite::PlateSite(const std::string& folder, Json made_with)
    : folder_(folder),
      founded_(is_new(folder)),
      records_((fs::path(folder) / "pairs").string(), std::move(made_with)) {
  const bool there = fs::exists(folder);
  make_folder(folder);
  try {
    lock_ = std::make_unique<FolderLock>(folder);
    // Also where it is there already: whether the folder can be written to is known before the
    // work.
    write_whole_file((fs::path(folder) / kSign).string(), sign());
  } catch (...) {
    std::error_code ignored;
    if (!there) fs::remove(folder, ignored);
    throw;
  }
}

PlateSite::~PlateSite() {
  std::error_code ignored;
  if (!founded_ || fs::exists(records_.path(), ignored)) return;
  fs::remove_all(fs::path(folder_) / "pictures", ignored);
  fs::remove(fs::path(folder_) / kSign, ignored);
  fs::remove(folder_, ignored);
}

std::optional<PlateRecord> PlateSite::find(const std::string& taxon_a,
                                           const std::string& taxon_b) const {
  std::optional<PlateRecord> record = records_.find(taxon_a, taxon_b);
  const fs::path page = fs::path(folder_) / "pairs" / (page_name(taxon_a, taxon_b) + ".html");
  std::error_code ignored;
  if (!record || !fs::exists(page, ignored)) return std::nullopt;
  bool whole = true;
  for_each_file(*record, [&](const std::string& file, const PlatePicture&) {
    whole = whole && fs::exists(fs::path(folder_) / file, ignored);
  });
  return whole ? std::move(record) : std::nullopt;
}

void PlateSite::add(const PlateRecord& record, const std::string& photo_root) {
  const std::string& a = record.pair.taxa[0].record.name;
  const std::string& b = record.pair.taxa[1].record.name;
  const fs::path pictures = fs::path(folder_) / "pictures" / page_name(a, b);
  make_folder((fs::path(folder_) / "taxa").string());
  make_folder(pictures.string());
  PlateRecord shown = record_of(record_json(record));
  shown.pictures = cut_pictures(shown, photo_root, {});
  std::set<fs::path> written;
  for_each_file(shown, [&](const std::string& file, const PlatePicture& picture) {
    const fs::path path = fs::path(folder_) / file;
    write_picture(path.string(), picture.bgr, kJpegQuality);
    written.insert(path);
  });
  // Of the same pair made earlier, and of marks that it has no more.
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(pictures, ignored))
    if (written.count(entry.path()) == 0) fs::remove(entry.path(), ignored);
  make_folder(records_.path());
  write_whole_file((fs::path(records_.path()) / (page_name(a, b) + ".html")).string(),
                   pair_html(shown));
  records_.keep(shown);
}

void PlateSite::finish() const {
  const std::vector<PlateRecord> records = records_.all();
  if (records.empty()) return;
  const auto taxa = rivals_of_taxa(records);
  for (const auto& [name, rivals] : taxa)
    write_whole_file((fs::path(folder_) / "taxa" / (page_name(name) + ".html")).string(),
                     taxon_html(rivals));
  write_whole_file((fs::path(folder_) / "index.html").string(), index_html(taxa, records));
}

}  // namespace differentia

#include "atlas/photo_set.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <set>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atlas/csv.h"
#include "base/error.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;

// Extensions of pictures, those that cannot be read among them: the person is told of them photo by
// photo.
const std::set<std::string> kPictureExtensions = {
    ".jpg",  ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".heic",
    ".heif", ".avif", ".jp2", ".ppm",  ".pgm", ".psd",  ".cr2", ".nef",  ".arw", ".dng"};

bool hidden(const fs::path& path) {
  return path.filename().string().front() == '.';
}

// Where each known column goes.
struct KnownColumn {
  const char* name;
  std::string PhotoEntry::*field;
};
const KnownColumn kKnownColumns[] = {
    {"mask", &PhotoEntry::mask},         {"split", &PhotoEntry::split},
    {"form", &PhotoEntry::form},         {"observation", &PhotoEntry::observation},
    {"observer", &PhotoEntry::observer}, {"date", &PhotoEntry::date},
    {"latitude", &PhotoEntry::latitude}, {"longitude", &PhotoEntry::longitude},
    {"licence", &PhotoEntry::licence},   {"credit", &PhotoEntry::credit},
    {"url", &PhotoEntry::url},
};

// Taxa sorted by name, photos by taxon and then path. `taxon_names[i]` is the taxon of
// set.photos[i].
void sort_by_taxon(PhotoSet& set, const std::vector<std::string>& taxon_names) {
  set.taxa = taxon_names;
  std::sort(set.taxa.begin(), set.taxa.end());
  set.taxa.erase(std::unique(set.taxa.begin(), set.taxa.end()), set.taxa.end());
  for (std::size_t i = 0; i < set.photos.size(); ++i) {
    const auto found = std::lower_bound(set.taxa.begin(), set.taxa.end(), taxon_names[i]);
    set.photos[i].taxon = static_cast<int>(found - set.taxa.begin());
  }
  std::sort(set.photos.begin(), set.photos.end(), [](const PhotoEntry& a, const PhotoEntry& b) {
    return a.taxon != b.taxon ? a.taxon < b.taxon : a.path < b.path;
  });
}

PhotoSet read_folder(const std::string& path) {
  PhotoSet set;
  set.root = path;
  set.columns = {"photo", "taxon"};
  std::vector<std::string> taxon_names;
  bool any_folder = false;
  bool loose_photos = false;
  for (const fs::directory_entry& folder : fs::directory_iterator(path)) {
    if (hidden(folder.path())) continue;
    if (!folder.is_directory()) {
      loose_photos = loose_photos || has_picture_name(folder.path().string());
      continue;
    }
    any_folder = true;
    const std::string taxon = folder.path().filename().string();
    for (const fs::directory_entry& file : fs::directory_iterator(folder.path())) {
      if (hidden(file.path()) || file.is_directory() || !has_picture_name(file.path().string()))
        continue;
      PhotoEntry entry;
      entry.path = taxon + "/" + file.path().filename().string();
      set.photos.push_back(std::move(entry));
      taxon_names.push_back(taxon);
    }
  }
  if (set.photos.empty()) {
    const char* what = loose_photos ? "holds photos, but not in a folder per taxon: move each "
                                      "taxon's photos into a folder of its name"
                       : any_folder
                           ? "holds folders, but no photo directly in them: give the folder whose "
                             "folders are the taxa"
                           : "is empty: give a folder with a folder of photos per taxon, or a CSV";
    throw FileError(path, fmt::format("The folder '{}' {}.", path, what));
  }
  sort_by_taxon(set, taxon_names);
  return set;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw FileError(path, fmt::format("'{}' cannot be opened ({}).", path, std::strerror(errno)));
  }
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Relative to `root` where it was absolute: no absolute path gets into an atlas.
std::string relative_path(const std::string& given, const fs::path& root) {
  const fs::path path(given);
  if (path.is_absolute())
    return path.lexically_relative(fs::absolute(root).lexically_normal()).generic_string();
  return path.lexically_normal().generic_string();
}

void check_header(const std::string& path, const std::vector<std::string>& columns) {
  for (const char* required : {"photo", "taxon"}) {
    if (std::find(columns.begin(), columns.end(), required) != columns.end()) continue;
    const bool semicolons =
        columns.size() == 1 && columns[0].find_first_of(";\t") != std::string::npos;
    throw FileError(path, fmt::format("'{}' has no column '{}'; it has: {}.{}", path, required,
                                      fmt::join(columns, ", "),
                                      semicolons ? " Separate the columns by commas." : ""));
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (std::find(columns.begin(), columns.begin() + static_cast<long>(i), columns[i]) !=
        columns.begin() + static_cast<long>(i)) {
      throw FileError(path, fmt::format("'{}' has the column '{}' twice.", path, columns[i]));
    }
  }
}

PhotoSet read_csv(const std::string& path) {
  std::vector<CsvRow> rows = parse_csv(read_text(path), path);
  if (rows.empty()) {
    throw FileError(
        path, fmt::format("'{}' is empty: it needs a header with the columns photo,taxon.", path));
  }
  PhotoSet set;
  set.root = fs::path(path).parent_path().string();
  if (set.root.empty()) set.root = ".";
  for (const std::string& column : rows[0].fields) set.columns.push_back(trimmed(column));
  check_header(path, set.columns);
  if (rows.size() == 1) {
    throw FileError(path, fmt::format("'{}' has a header but no photo.", path));
  }

  std::vector<std::string PhotoEntry::*> fields(set.columns.size(), nullptr);
  for (std::size_t i = 0; i < set.columns.size(); ++i) {
    for (const KnownColumn& known : kKnownColumns) {
      if (set.columns[i] == known.name) fields[i] = known.field;
    }
  }
  std::vector<std::size_t> extra_at(set.columns.size(), 0);  // where in PhotoEntry::extra
  for (std::size_t i = 0; i < set.columns.size(); ++i) {
    if (fields[i] == nullptr && set.columns[i] != "photo" && set.columns[i] != "taxon")
      set.extra_columns.push_back(set.columns[i]);
  }
  std::sort(set.extra_columns.begin(), set.extra_columns.end());
  for (std::size_t i = 0; i < set.columns.size(); ++i)
    extra_at[i] = static_cast<std::size_t>(
        std::lower_bound(set.extra_columns.begin(), set.extra_columns.end(), set.columns[i]) -
        set.extra_columns.begin());
  std::vector<std::string> taxon_names;
  std::unordered_map<std::string, int> line_of;  // photo → line
  set.photos.reserve(rows.size() - 1);
  for (std::size_t r = 1; r < rows.size(); ++r) {
    CsvRow& row = rows[r];
    if (row.fields.size() != set.columns.size()) {
      throw FileError(path, fmt::format("'{}', line {}: the row has {} fields, the header {}{}.",
                                        path, row.line, row.fields.size(), set.columns.size(),
                                        row.fields.size() > set.columns.size()
                                            ? "; a field with a comma in it needs quotes"
                                            : ""));
    }
    PhotoEntry entry;
    entry.extra.resize(set.extra_columns.size());
    std::string taxon;
    for (std::size_t i = 0; i < set.columns.size(); ++i) {
      std::string& field = row.fields[i];
      if (set.columns[i] == "photo") {
        if (!trimmed(field).empty()) entry.path = relative_path(field, set.root);
      } else if (set.columns[i] == "taxon") {
        taxon = trimmed(field);
      } else if (fields[i] == &PhotoEntry::mask) {
        if (!field.empty()) entry.mask = relative_path(field, set.root);
      } else if (fields[i] != nullptr) {
        entry.*fields[i] = std::move(field);
      } else {
        entry.extra[extra_at[i]] = std::move(field);
      }
    }
    if (entry.path.empty() || taxon.empty()) {
      throw FileError(path, fmt::format("'{}', line {}: the {} is missing.", path, row.line,
                                        entry.path.empty() ? "photo" : "taxon"));
    }
    const auto [known, added] = line_of.emplace(entry.path, row.line);
    if (!added) {
      throw FileError(path, fmt::format("'{}': the photo '{}' is listed twice, on lines {} and {}; "
                                        "keep one of them.",
                                        path, entry.path, known->second, row.line));
    }
    set.photos.push_back(std::move(entry));
    taxon_names.push_back(std::move(taxon));
  }
  sort_by_taxon(set, taxon_names);
  return set;
}

}  // namespace

bool has_picture_name(const std::string& path) {
  std::string extension = fs::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return kPictureExtensions.count(extension) > 0;
}

PhotoSet read_photo_set(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return read_folder(path);
  if (!fs::exists(path, error)) {
    throw FileError(path, fmt::format("There is no '{}': give a folder with a folder of photos per "
                                      "taxon, or a CSV with the columns photo,taxon.",
                                      path));
  }
  return read_csv(path);
}

}  // namespace differentia

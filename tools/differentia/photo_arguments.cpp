#include "tools/differentia/photo_arguments.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "atlas/csv.h"
#include "atlas/photo_set.h"
#include "base/error.h"
#include "base/file.h"

namespace differentia::cli {
namespace {

namespace fs = std::filesystem;

void add_folder(const std::string& folder, std::vector<std::string>& photos) {
  std::vector<std::string> found;
  try {
    for (auto entry = fs::recursive_directory_iterator(
             folder, fs::directory_options::skip_permission_denied);
         entry != fs::recursive_directory_iterator(); ++entry) {
      if (entry->path().filename().string().front() == '.') {
        if (entry->is_directory()) entry.disable_recursion_pending();
        continue;
      }
      if (!entry->is_directory() && has_picture_name(entry->path().string()))
        found.push_back(entry->path().string());
    }
  } catch (const fs::filesystem_error& error) {
    throw FileError(folder, fmt::format("The folder '{}' cannot be read ({}).", folder,
                                        error.code().message()));
  }
  if (found.empty())
    throw FileError(folder, fmt::format("There is no photo in the folder '{}'.", folder));
  std::sort(found.begin(), found.end());
  photos.insert(photos.end(), found.begin(), found.end());
}

void add_table(const std::string& path, std::vector<std::string>& photos) {
  const std::vector<CsvRow> rows = parse_csv(read_whole_file(path), path);
  std::vector<std::string> columns;
  if (!rows.empty()) columns = rows.front().fields;
  const auto column = std::find(columns.begin(), columns.end(), "photo");
  if (column == columns.end())
    throw FileError(
        path,
        fmt::format("'{}' has no column 'photo'; it has: {}.", path,
                    columns.empty() ? "nothing" : fmt::format("{}", fmt::join(columns, ", "))));
  const auto index = static_cast<std::size_t>(column - columns.begin());
  const fs::path root = fs::path(path).parent_path();
  std::string last;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].fields.size() <= index || rows[i].fields[index].empty())
      throw FileError(path,
                      fmt::format("'{}', line {}: the photo is missing.", path, rows[i].line));
    // Tables of several organisms have a line for each, photo by photo.
    const std::string photo = (root / rows[i].fields[index]).string();
    if (photo != last) photos.push_back(photo);
    last = photo;
  }
  if (rows.size() < 2) throw FileError(path, fmt::format("'{}' has a header but no photo.", path));
}

bool is_table(const std::string& path) {
  std::string extension = fs::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".csv";
}

}  // namespace

std::vector<std::string> photos_named(const std::vector<std::string>& arguments) {
  std::vector<std::string> photos;
  std::error_code ignored;
  for (const std::string& argument : arguments) {
    if (fs::is_directory(argument, ignored))
      add_folder(argument, photos);
    else if (is_table(argument))
      add_table(argument, photos);
    else
      photos.push_back(argument);
  }
  return photos;
}

}  // namespace differentia::cli

#pragma once

// The photos that an atlas is made of: a folder per taxon, or a CSV with a header (design.md,
// "Photo set").

#include <cstdint>
#include <string>
#include <vector>

namespace differentia {

struct PhotoEntry {
  std::string path;   // relative to PhotoSet::root
  int taxon = 0;      // index into PhotoSet::taxa
  std::string mask;   // relative to PhotoSet::root; empty where not given
  std::string split;  // "train", "test" …
  std::string form;
  std::string observation, observer, date;
  std::string latitude, longitude;
  std::string licence, credit, url;
  std::vector<std::string> extra;  // every other column, kept: by PhotoSet::extra_columns
};

struct PhotoSet {
  std::string root;                  // folder that paths are relative to
  std::vector<std::string> taxa;     // names, sorted
  std::vector<PhotoEntry> photos;    // sorted by taxon, then path
  std::vector<std::string> columns;  // columns that were present (a folder has "photo", "taxon")
  std::vector<std::string> extra_columns;  // those without a meaning of their own, sorted
};

// `path`: a folder of folders, or a .csv. Throws FileError: nothing there, no photo, a column
// missing (named, with the columns found), a row too short (with its line), the same photo twice.
PhotoSet read_photo_set(const std::string& path);

// Whether the file's name ends as pictures' names do, those that cannot be read among them.
bool has_picture_name(const std::string& path);

}  // namespace differentia

#pragma once

// A folder of pages of plates (html_pages.h) that any web host serves as it is, and that opens from
// a disk. Pages of earlier pairs stay, and remain linked.

#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "atlas/plate/record_folder.h"
#include "base/file.h"

namespace differentia {

class PlateSite {
 public:
  // Opens the folder, or founds it. Throws FileError where it cannot be made or written to, is in
  // use by another program, or holds other things; InputError for a newer version's.
  PlateSite(const std::string& folder, nlohmann::ordered_json made_with);
  // A folder that was founded and got no pair is removed again.
  ~PlateSite();
  PlateSite(const PlateSite&) = delete;
  PlateSite& operator=(const PlateSite&) = delete;

  // The pair's record, where its page was made of the same and is there.
  std::optional<PlateRecord> find(const std::string& taxon_a, const std::string& taxon_b) const;
  // Writes the pair's pictures, its page and last its record.
  void add(const PlateRecord& record, const std::string& photo_root);
  // Writes the page of every taxon, and the list of all.
  void finish() const;

  const std::string& path() const { return folder_; }

 private:
  std::string folder_;
  bool founded_ = false;
  RecordFolder records_;
  std::unique_ptr<FolderLock> lock_;
};

}  // namespace differentia

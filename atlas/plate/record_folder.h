#pragma once

// A folder of plate records, a JSON file for each pair under its permanent name (page_names.h). A
// record is there whole or not at all.

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "atlas/plate/plate_record.h"

namespace differentia {

class RecordFolder {
 public:
  // `made_with`: what decides what records are like (the atlas's hash, options, the program's
  // version). The folder is made with the first record.
  RecordFolder(std::string folder, nlohmann::ordered_json made_with)
      : folder_(std::move(folder)), made_with_(std::move(made_with)) {}

  const std::string& path() const { return folder_; }

  // The pair's record, made with the same; nothing where there is none, or it is damaged.
  std::optional<PlateRecord> find(const std::string& taxon_a, const std::string& taxon_b) const;
  // In place of the pair's earlier one. Throws FileError, DiskFull.
  void keep(const PlateRecord& record) const;
  // All that can be read, whatever they were made with, by names of files.
  std::vector<PlateRecord> all() const;

 private:
  std::string folder_;
  nlohmann::ordered_json made_with_;
};

}  // namespace differentia

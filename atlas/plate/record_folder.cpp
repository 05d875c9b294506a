#include "atlas/plate/record_folder.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "atlas/plate/page_names.h"
#include "base/file.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

std::optional<Json> read(const std::string& path) {
  if (!fs::exists(path)) return std::nullopt;
  try {
    Json json = Json::parse(read_whole_file(path));
    if (json.at("format") == kFormat) return json;
  } catch (const Json::exception&) {
  } catch (const FileError&) {
  }
  return std::nullopt;
}

std::optional<PlateRecord> record_in(const Json& json) {
  try {
    return record_of(json.at("pair"));
  } catch (const Json::exception&) {
  } catch (const std::logic_error&) {  // a mark that is not there, a number that is none
  }
  return std::nullopt;
}

}  // namespace

std::optional<PlateRecord> RecordFolder::find(const std::string& taxon_a,
                                              const std::string& taxon_b) const {
  const auto json = read(folder_ + "/" + page_name(taxon_a, taxon_b) + ".json");
  if (!json || json->value("made_with", Json()) != made_with_) return std::nullopt;
  auto record = record_in(*json);
  if (!record || record->pair.taxa[0].record.name != taxon_a ||
      record->pair.taxa[1].record.name != taxon_b)
    return std::nullopt;
  return record;
}

void RecordFolder::keep(const PlateRecord& record) const {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) throw_write_error(folder_, error.value());
  const auto& taxa = record.pair.taxa;
  const Json json{{"format", kFormat}, {"made_with", made_with_}, {"pair", record_json(record)}};
  write_whole_file(folder_ + "/" + page_name(taxa[0].record.name, taxa[1].record.name) + ".json",
                   json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::vector<PlateRecord> RecordFolder::all() const {
  std::vector<std::string> paths;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder_, none))
    if (entry.path().extension() == ".json") paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  std::vector<PlateRecord> records;
  for (const std::string& path : paths)
    if (const auto json = read(path))
      if (auto record = record_in(*json)) records.push_back(std::move(*record));
  return records;
}

}  // namespace differentia

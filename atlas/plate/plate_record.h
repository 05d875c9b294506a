#pragma once

// What a pair's pages say and show, without the evidence that it was found in: small enough to be
// kept beside the pages, so that work that was stopped goes on, and a taxon's page and the contents
// of a book are made without comparing anything again.

#include <cstdint>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "atlas/marks/pair_marks.h"
#include "atlas/plate/plate_pictures.h"

namespace differentia {

struct PlateRecord {
  PlateRecord() = default;
  PlateRecord(PlateRecord&&) = default;  // pictures point at marks, which stay where they are
  PlateRecord& operator=(PlateRecord&&) = default;
  PlateRecord(const PlateRecord&) = delete;
  PlateRecord& operator=(const PlateRecord&) = delete;

  PairMarks pair;          // its marks without sightings and counterparts
  PlatePictures pictures;  // of its marks; the pixels may be left out
  std::map<std::int32_t, store::PhotoRecord> photos;  // those in the pictures, by id
  std::map<int, std::string> words;                   // a person's, by the mark's number
  std::string model;                                  // its name
};

// Chooses the pictures; their pixels are left out.
PlateRecord plate_record(const PairMarks& pair, const PlatePhotos& photos,
                         std::map<int, std::string> words, std::string model);

// Without pixels.
nlohmann::ordered_json record_json(const PlateRecord& record);
// Throws nlohmann::json::exception where it is not as record_json() writes it.
PlateRecord record_of(const nlohmann::ordered_json& json);

// The pictures with their pixels, read from their photos; those that cannot be read any more are
// left out. The record must outlive the result.
PlatePictures cut_pictures(const PlateRecord& record, const std::string& photo_root,
                           const PictureOptions& options);

// The person's words for a field mark; null where there are none.
const std::string* words_for(const PlateRecord& record, const Mark& mark);

}  // namespace differentia

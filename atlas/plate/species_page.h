#pragma once

// One taxon with its nearest rivals: what the model tells it apart by from each, in words and
// pictures.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "atlas/plate/draw_plate.h"
#include "atlas/plate/page_flow.h"
#include "atlas/plate/taxon_rivals.h"

namespace differentia {

struct SpeciesPageOptions {
  PageFlow::Measures measures;
  bool phone = false;  // one column, larger type
  // A picture with its pixels; empty: pictures are drawn as frames, which take as much room.
  std::function<std::optional<PlatePicture>(const PlatePicture&, int side)> cut;
  // The page of a pair's plate, and of a taxon; 0: there is none. Empty: not in a book.
  std::function<int(const PlateRecord&)> plate_page;
  std::function<int(const std::string&)> taxon_page;
};

// REQUIRES rivals, as rivals_of_taxa() orders them.
PageFlow compose_species(const std::vector<Rival>& rivals, const SpeciesPageOptions& options);

// Writes it by itself: .pdf (pages of A4), .png or .svg (one picture). Same input, same bytes.
// Throws as draw_plate().
void draw_species(const std::vector<Rival>& rivals, const std::string& photo_root,
                  const PlateOptions& options, const std::string& path);

// All photos that the records show; REQUIRES records of one atlas.
PlatePhotos photos_of(const std::vector<PlateRecord>& records, const std::string& photo_root);

}  // namespace differentia

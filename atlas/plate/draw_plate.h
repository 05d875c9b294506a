#pragma once

// The plate of a pair, in the manner of a printed field guide: both taxa side by side, lines from
// the margin to the marks that the model tells them apart by, and under them each mark from near,
// beside the same place in the other.

#include <map>
#include <string>

#include "atlas/marks/pair_marks.h"
#include "atlas/plate/plate_pictures.h"

namespace differentia {

enum class PlateWidth {
  kPage,   // two columns, as wide as A4
  kPhone,  // one column, 390 CSS pixels wide
};

struct PlateOptions {
  PlateWidth width = PlateWidth::kPage;
  double dots_per_inch = 220;  // of a PNG's page; a phone's has 3 pixels for each of CSS
  PlatePhotos photos;
  // A person's words for a field mark, by its number: they stand in place of the generated ones and
  // are marked as a person's.
  std::map<int, std::string> words;
};

// Writes the plate, in the format of the file's ending: .png, .svg or .pdf (one A4 page). The same
// pair, photos and options give the same bytes. Throws InputError for another ending, FileError or
// DiskFull where the file cannot be written; nothing is left behind then.
void draw_plate(const PairMarks& pair, const PlateOptions& options, const std::string& path);

}  // namespace differentia

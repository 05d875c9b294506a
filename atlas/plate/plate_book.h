#pragma once

// Plates bound together: a PDF with a title page, contents, for every taxon a page with its rivals,
// for every pair its plate, and an index of scientific and common names; with an outline, and links
// wherever a page is named.

#include <string>
#include <vector>

#include "atlas/plate/plate_record.h"
#include "base/progress.h"

namespace differentia {

struct BookOptions {
  std::string title;       // markup: "The genus <i>Turdisca</i>"
  std::string photo_root;  // folder that the photos' paths start from
  std::string part;        // where the PDF is written until it is whole
};

// Pairs are ordered by their taxa's names. The same records, photos and options give the same
// bytes. REQUIRES records of one atlas, at least one. Throws FileError, DiskFull, Interrupted;
// nothing is left behind then.
void write_book(const std::vector<PlateRecord>& records, const BookOptions& options,
                const std::string& path, const ProgressCallback& progress = {});

}  // namespace differentia

#pragma once

// Plates of many pairs: as a folder of pages, as a book, as one taxon's page.

#include <map>
#include <string>
#include <vector>

#include "atlas/plate/draw_plate.h"
#include "tools/differentia/console.h"
#include "tools/differentia/pair_options.h"
#include "tools/differentia/plate_pairs.h"

namespace differentia::cli {

struct PlatesOrder {
  std::vector<TaxonPair> pairs;
  std::string title;  // of the book: "Genus Turdisca", markup
  std::string html, book,
      species;        // a folder, a PDF, a page of the one taxon; empty: not asked for
  std::string taxon;  // whose page `species` is
  std::map<int, std::string> words;  // a person's, of a single pair
  PlateOptions page;                 // of `species`
  bool remark = false;               // printed, of a single pair
};

// What can be refused without work; also finds out whether files may be written where they go.
void check_order(const PlatesOrder& order);

// Makes them all; answers the exit status. `request` has a model. Throws Interrupted; what is done
// is kept then, and the same order goes on from there.
int make_plates(PairRequest& request, const PlatesOrder& order, Console& console);

}  // namespace differentia::cli

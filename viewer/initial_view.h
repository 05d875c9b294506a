#pragma once

// What the viewer shows first, as the command line's flags give it.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/photo_geometry.h"

namespace differentia::viewer {

enum class ColourBy { kNone, kAttribution, kCount, kSubject, kConcept };

// "none", "attribution", "count", "subject", "concept"; throws UnknownName.
ColourBy colour_by_of(const std::string& name);
const char* name_of(ColourBy colour_by);

// A cell of a level, by its bins. Written LEVEL:X,Y.
struct CellPlace {
  int level = 0, x = 0, y = 0;
};
// Throws InputError with the form to use.
CellPlace cell_place_of(const std::string& text);

struct InitialView {
  std::string taxon;        // id or any unambiguous part of a name; empty: all taxa, or the first
  int concept_number = -1;  // shown in the inspector; −1: none
  std::optional<CellPlace> cell;  // the same
  std::string photo;           // id, or any unambiguous end of its path: opened in the photo view
  int exemplar = -1;           // of the concept, cell or mark: opened in the photo view; −1: none
  std::string pair_a, pair_b;  // what tells two taxa apart; empty: not that
  int mark = 0;                // of the pair, chosen; of context cues negative; 0: none
  ColourBy colour_by = ColourBy::kNone;
  bool outlines = true;         // of the concepts
  int level = -1;               // zoomed to where this level is shown; −1: the whole map
  double zoom = 1;              // over that
  std::optional<Point> centre;  // of the map, 0…1
  std::string method;           // of the explainer's; empty: Grad-CAM
  std::string target;  // taxon whose output is explained; "concept": the concept shown; empty: the
                       // photo's own
  std::string
      against;  // taxon whose output is taken away; "rivals": the nearest ones'; empty: none
  std::vector<std::string>
      layers;  // of methods with one; empty: the deep one, or the concept's own
  std::map<std::string, std::string> method_options;  // of `method`, as written
  double opacity = 0.6;                               // of the overlay, 0…1
  std::string search;                                 // in the list of taxa
  bool help = false;                                  // the keys
  bool unreadable = false;                            // the list of photos that could not be read
};

}  // namespace differentia::viewer

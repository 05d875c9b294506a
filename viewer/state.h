#pragma once

// What is shown, apart from how: plain values that panels read and change.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "viewer/catalogue.h"
#include "viewer/initial_view.h"

namespace differentia::viewer {

enum class Screen { kStart, kMap, kPhoto, kPair, kPairs };

// What the inspector is about.
struct Selection {
  enum class Kind { kNone, kCell, kConcept };
  Kind kind = Kind::kNone;
  CellKey cell;
  std::int32_t concept_number = -1;
};

// What of a photo's outputs is explained.
struct OutputTarget {
  std::int32_t output = -1;     // −1: the photo's own taxon's
  std::int32_t minus = -1;      // taken away; −1: none
  bool against_rivals = false;  // the nearest rivals' are taken away instead
};

// What tells two taxa apart.
struct PairView {
  std::int32_t a = -1, b = -1;  // taxa
  int mark = 0;                 // chosen: a field mark's number, a context cue's negative, 0: none
  bool from_list = false;       // of pairs; else from the map
};

// The photos that the arrows go through, and how one is shown.
struct PhotoView {
  std::vector<Place> places;
  std::size_t index = 0;
  std::string origin;  // "exemplar of concept 3"
  bool overlay = true;
  std::string method = "grad-cam";
  bool rectified = true;  // without evidence against the target, where a method may
  OutputTarget target;
  bool from_pair = false;            // opened from the pair screen, with a target of its own
  OutputTarget set_aside;            // meanwhile: the target chosen before
  std::int32_t concept_number = -1;  // of the map's, from which one came to the photo; −1: none
  bool on_concept = false;           // not outputs but where that concept is
  std::vector<std::string> layers;   // of methods with one, in network order; empty: the usual one
  // By method: its options that are not by default, as written.
  std::map<std::string, std::map<std::string, std::string>> options;
  bool options_shown = false;
  float opacity = 0.6f;

  const Place* place() const { return index < places.size() ? &places[index] : nullptr; }
  // By that many, staying within the list.
  void step(int by);
};

struct State {
  static constexpr std::int32_t kAllTaxa = -1;
  static constexpr std::int32_t kNoTaxon = -2;

  Screen screen = Screen::kStart;
  std::int32_t taxon = kNoTaxon;
  Selection selection;
  std::int32_t hovered_concept = -1;    // its cells stand out
  std::int32_t highlighted_photo = -1;  // its points are ringed on the map
  ColourBy colour_by = ColourBy::kNone;
  bool outlines = true;
  PhotoView photo;
  PairView pair;
  std::string search;
  bool help = false;
  bool unreadable = false;
  bool fit_requested = true;  // the map is to be shown whole

  // Each leaves the state consistent: what belonged to the thing before is gone.
  void show_taxon(std::int32_t taxon_id);
  void show_concept(std::int32_t number);
  void show_cell(const CellKey& cell);
  void clear_selection();
  void open_photo(std::vector<Place> places, std::size_t index, const std::string& origin);
  // A photo of a pair, with what tells `target` from `minus` (outputs).
  void open_pair_photo(std::vector<Place> places, std::size_t index, const std::string& origin,
                       const OutputTarget& target);
  void show_photo_on_map(const store::PhotoRecord& photo_record);
  void show_pair(std::int32_t taxon_a, std::int32_t taxon_b);
  void show_pairs();  // the list
  // One step back, as Esc does: the help, the list, the photo, the mark, the pair, the rings, the
  // selection, the search. Answers whether there was one.
  bool back();
};

}  // namespace differentia::viewer

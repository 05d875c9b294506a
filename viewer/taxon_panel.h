#pragma once

// The list of taxa on the left: search, counts, arrow keys. Only rows in sight cost anything.

#include <string>
#include <vector>

#include "viewer/desk.h"
#include "viewer/pair_choice.h"

namespace differentia::viewer {

class TaxonPanel {
 public:
  // `keys`: no text field has the keyboard; `find`: the search field is asked for (Ctrl+F).
  void draw(Desk& desk, const Box& place, bool keys, bool find);
  // A list to compare with is open, whose keys are its own.
  bool asks() const { return compare_.open(); }

 private:
  // `below`: pixels that are left free.
  void draw_rows(Desk& desk, bool keys, float below);
  void draw_row(Desk& desk, std::int32_t taxon, float height);
  void move(Desk& desk, int by);

  const TaxonList* searched_in_ = nullptr;
  std::string searched_for_;
  std::vector<std::int32_t>
      rows_;  // taxa that match; before them always State::kAllTaxa where there is such a map
  bool scroll_to_taxon_ = true;
  CompareChoice compare_;
  float below_ = 0;  // height of what lies below the rows, as it was in the last frame
};

}  // namespace differentia::viewer

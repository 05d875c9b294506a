#pragma once

// Which two taxa are compared: from the list of taxa, or from the list of pairs that were.

#include <cstdint>
#include <string>
#include <vector>

#include "viewer/desk.h"

namespace differentia::viewer {

// "Compare with …" of the shown taxon: a list of taxa, its nearest rivals first, with a search.
class CompareChoice {
 public:
  // Draws its links into the current window. `asked`: the list is to be opened (C).
  void draw(Desk& desk, bool asked);
  bool open() const { return open_; }  // the list was, in the last frame; keys are its own

 private:
  std::string search_;
  bool open_ = false;
};

// The list of pairs that were compared. Answers whether it is there.
bool draw_pairs(Desk& desk, const Box& place);

// Taxa to compare with, nearest rivals first, then by name; of those whose name holds `search`.
std::vector<std::int32_t> taxa_to_compare(const TaxonList& list, std::int32_t taxon,
                                          const std::string& search);

}  // namespace differentia::viewer

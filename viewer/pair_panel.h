#pragma once

// The screen of a pair: its contrastive map, its marks, and photos of the chosen mark. Where the
// pair has not been compared, how to.

#include <string>

#include "viewer/desk.h"
#include "viewer/pair_canvas.h"
#include "viewer/pair_exemplars.h"
#include "viewer/pair_marks_list.h"

namespace differentia::viewer {

class PairPanel {
 public:
  // `canvas`: for map and photos; `side`: for the marks.
  void draw(Desk& desk, const Box& canvas, const Box& side, bool keys);
  // Everything wanted is on the screen.
  bool complete() const { return complete_; }

 private:
  void draw_header(Desk& desk, const Box& place, const PairFindings* pair);
  // Nothing is kept of the pair, or it cannot be read (`error`).
  void draw_absent(Desk& desk, const Box& place, const std::string& error);
  void draw_running(Desk& desk);

  PairCanvas map_;
  PairMarksList marks_;
  PairExemplars exemplars_;
  bool complete_ = true;
};

// The command that compares two taxa of an atlas, for a shell.
std::string compare_command(const std::string& atlas, const std::string& taxon_a,
                            const std::string& taxon_b);

}  // namespace differentia::viewer

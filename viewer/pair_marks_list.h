#pragma once

// What tells two taxa apart, in words: the verdict, the marks with what was counted, context cues
// apart.

#include <string>
#include <vector>

#include "viewer/desk.h"
#include "viewer/pair_findings.h"

namespace differentia::viewer {

class PairMarksList {
 public:
  // Fills `place`. A click chooses a mark, another lets it go.
  void draw(Desk& desk, const Box& place, const PairFindings& pair, bool keys);

 private:
  void draw_mark(Desk& desk, const PairFindings& pair, const PairMark& mark);

  int last_chosen_ = 0;  // which the list has been scrolled to
};

// How often the model tells the two apart, in one or two sentences.
std::string told_text(const PairFindings& pair);
// What removal showed, in plain words.
std::string status_text(const PairMark& mark);
// The same with its figures.
std::string evidence_text(const PairMark& mark);

}  // namespace differentia::viewer

#pragma once

// The axis between two taxa with their testing photos as dots and one photo's place on it.

#include <string>

#include "atlas/marks/photo_on_pair.h"
#include "atlas/plate/plate_page.h"

namespace differentia {

struct AxisNames {
  std::string a, b;  // markup
};

// Draws it into a box of that left, top and width; answers its height. `size`: of its text.
double draw_axis(PlatePage& page, const Typesetter& type, const PairAxis& axis, double margin,
                 const AxisNames& names, Point at, double width, double size);

// The same for a terminal: a row of bars for each taxon and one with the photo's place; `columns`
// wide.
std::string axis_text(const PairAxis& axis, double margin, const std::string& a,
                      const std::string& b, int columns = 56);

}  // namespace differentia

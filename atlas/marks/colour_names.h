#pragma once

// Names of colours as field guides use them, for colours in CIE Lab (D65, L* 0…100).

#include <string>
#include <vector>

namespace differentia {

struct Lab {
  double l = 0, a = 0, b = 0;
};

// Euclidean (CIE 1976).
double lab_distance(const Lab& one, const Lab& two);

// Of an sRGB colour, each 0…255.
Lab lab_of_srgb(int red, int green, int blue);

// What a name stands for: "buff" and a buff that nobody would call otherwise.
struct NamedColour {
  std::string name;
  Lab lab;
};

// The eleven basic terms of Berlin & Kay (1969), light and dark ones, and those that field guides
// add: buff, cream, rufous, chestnut, olive, slate … The prototypes are our own.
const std::vector<NamedColour>& named_colours();

// The name whose prototype is nearest.
const NamedColour& nearest_colour(const Lab& colour);

}  // namespace differentia

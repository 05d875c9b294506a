#include "atlas/marks/colour_names.h"

#include <algorithm>
#include <cmath>

namespace differentia {

double lab_distance(const Lab& one, const Lab& two) {
  return std::hypot(one.l - two.l, one.a - two.a, one.b - two.b);
}

Lab lab_of_srgb(int red, int green, int blue) {
  const auto linear = [](int value) {
    const double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  const double r = linear(red), g = linear(green), b = linear(blue);
  const auto f = [](double t) {
    return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116;
  };
  const double x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const double y = f(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
  const double z = f((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

const std::vector<NamedColour>& named_colours() {
  static const std::vector<NamedColour> all{
      {"black", {6, 0, 0}},
      {"dark grey", {30, 0, 0}},
      {"grey", {54, 0, 0}},
      {"light grey", {75, 0, 0}},
      {"white", {96, 0, 2}},
      {"slate", {39, -2, -11}},
      {"blue-grey", {60, -3, -12}},
      {"dark brown", {21, 8, 13}},
      {"brown", {36, 12, 21}},
      {"light brown", {55, 9, 24}},
      {"grey-brown", {48, 3, 10}},
      {"chestnut", {31, 30, 27}},
      {"rufous", {48, 35, 42}},
      {"cinnamon", {63, 18, 32}},
      {"buff", {80, 3, 26}},
      {"cream", {91, -1, 16}},
      {"orange", {64, 32, 60}},
      {"dark orange", {51, 27, 51}},
      {"tawny", {62, 21, 46}},
      {"salmon", {69, 26, 25}},
      {"coral", {56, 54, 37}},
      {"red", {46, 61, 46}},
      {"dark red", {27, 41, 27}},
      {"pink", {75, 26, 5}},
      {"rose", {56, 42, 11}},
      {"dark pink", {43, 43, 7}},
      {"yellow", {85, -6, 79}},
      {"pale yellow", {91, -9, 44}},
      {"dark yellow", {72, -4, 63}},
      {"ochre", {60, 9, 46}},
      {"olive", {47, -12, 33}},
      {"light olive", {65, -13, 37}},
      {"dark olive", {29, -8, 17}},
      {"green", {55, -42, 37}},
      {"dark green", {30, -24, 16}},
      {"light green", {76, -29, 34}},
      {"yellow-green", {73, -26, 61}},
      {"blue", {43, 8, -46}},
      {"dark blue", {22, 3, -23}},
      {"light blue", {75, -8, -22}},
      {"turquoise", {63, -25, -20}},
      {"dark turquoise", {39, -14, -18}},
      {"purple", {34, 35, -35}},
      {"lilac", {68, 18, -20}},
  };
  return all;
}

const NamedColour& nearest_colour(const Lab& colour) {
  const std::vector<NamedColour>& all = named_colours();
  return *std::min_element(all.begin(), all.end(),
                           [&](const NamedColour& one, const NamedColour& two) {
                             return lab_distance(one.lab, colour) < lab_distance(two.lab, colour);
                           });
}

}  // namespace differentia

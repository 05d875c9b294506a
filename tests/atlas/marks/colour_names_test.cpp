#include "atlas/marks/colour_names.h"

#include <set>

#include "tests/catch.h"

namespace differentia {
namespace {

std::string name_of(int red, int green, int blue) {
  return nearest_colour(lab_of_srgb(red, green, blue)).name;
}

TEST_CASE("CIE Lab of sRGB colours is the published one") {
  const Lab red = lab_of_srgb(255, 0, 0), grey = lab_of_srgb(119, 119, 119);
  CHECK(red.l == Approx(53.24).margin(0.02));
  CHECK(red.a == Approx(80.09).margin(0.02));
  CHECK(red.b == Approx(67.20).margin(0.02));
  CHECK(grey.l == Approx(50.03).margin(0.02));
  CHECK(grey.a == Approx(0).margin(0.02));
  CHECK(grey.b == Approx(0).margin(0.02));
  CHECK(lab_of_srgb(255, 255, 255).l == Approx(100).margin(0.01));
  CHECK(lab_of_srgb(2, 2, 2).l == Approx(0.55).margin(0.01));  // the straight piece near black
}

TEST_CASE("Colours that nobody would call otherwise get their names") {
  CHECK(name_of(10, 10, 12) == "black");
  CHECK(name_of(250, 250, 248) == "white");
  CHECK(name_of(128, 128, 128) == "grey");
  CHECK(name_of(200, 30, 30) == "red");
  CHECK(name_of(60, 150, 60) == "green");
  CHECK(name_of(250, 215, 40) == "yellow");
  CHECK(name_of(40, 100, 185) == "blue");
  CHECK(name_of(110, 75, 50) == "brown");
  CHECK(name_of(235, 135, 40) == "orange");
  CHECK(name_of(240, 170, 180) == "pink");
  CHECK(name_of(105, 55, 140) == "purple");
  CHECK(name_of(222, 196, 152) == "buff");
  CHECK(name_of(243, 232, 205) == "cream");
  CHECK(name_of(178, 84, 42) == "rufous");
  CHECK(name_of(122, 52, 34) == "chestnut");
  CHECK(name_of(108, 116, 52) == "olive");
}

TEST_CASE("Every name stands for one colour, and that is called so") {
  std::set<std::string> names;
  for (const NamedColour& colour : named_colours()) {
    CHECK(names.insert(colour.name).second);
    CHECK(nearest_colour(colour.lab).name == colour.name);
  }
  for (const char* basic : {"black", "white", "grey", "red", "green", "yellow", "blue", "brown",
                            "orange", "pink", "purple"})
    CHECK(names.count(basic) == 1);
}

}  // namespace
}  // namespace differentia

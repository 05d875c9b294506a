#include "viewer/initial_view.h"

#include <array>
#include <cstdio>
#include <utility>

#include "base/error.h"

namespace differentia::viewer {

namespace {

constexpr std::array<std::pair<ColourBy, const char*>, 5> kColours{
    {{ColourBy::kNone, "none"},
     {ColourBy::kAttribution, "attribution"},
     {ColourBy::kCount, "count"},
     {ColourBy::kSubject, "subject"},
     {ColourBy::kConcept, "concept"}}};

template <typename Table>
auto look_up(const Table& table, const std::string& kind, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [value, text] : table) {
    if (name == text) return value;
    names.emplace_back(text);
  }
  throw UnknownName(kind, name, names);
}

}  // namespace

ColourBy colour_by_of(const std::string& name) {
  return look_up(kColours, "colour", name);
}

const char* name_of(ColourBy colour_by) {
  return kColours[static_cast<std::size_t>(colour_by)].second;
}

CellPlace cell_place_of(const std::string& text) {
  CellPlace place;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%d:%d,%d%c", &place.level, &place.x, &place.y, &rest) != 3 ||
      place.level < 0 || place.x < 0 || place.y < 0)
    throw InputError("“" + text + "” is no cell; write LEVEL:X,Y, such as 2:10,7.");
  return place;
}

}  // namespace differentia::viewer

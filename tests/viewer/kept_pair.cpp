#include "tests/viewer/kept_pair.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace differentia::test {
namespace {

using nlohmann::json;

json estimate(double value, double low, double high) {
  return {{"value", value}, {"low", low}, {"high", high}};
}

json count(int with, int of) {
  return {{"with", with}, {"of", of}};
}

json sightings(const std::vector<store::PhotoRecord>& photos) {
  json list = json::array();
  for (std::size_t i = 0; i < std::min<std::size_t>(2, photos.size()); ++i)
    list.push_back({{"photo", photos[i].path},
                    {"place", {{"x", 20.0}, {"y", 15.0}}},
                    {"box", {{"x", 10.0}, {"y", 8.0}, {"width", 20.0}, {"height", 14.0}}},
                    {"attribution", 0.5}});
  return list;
}

json mark(int number, const std::string& carrier, const char* kind, const char* status,
          const std::string& words, const std::vector<store::PhotoRecord>& own,
          const std::vector<store::PhotoRecord>& other) {
  const bool measured = std::string(status) != "not testable";
  return {{"number", number},
          {"carrier", carrier},
          {"kind", kind},
          {"status", status},
          {"why", measured ? "" : "too few photos"},
          {"words", words},
          {"seen", count(30, 32)},
          {"seen_other", count(1, 32)},
          {"changed_mind", count(13, 30)},
          {"subject_share", 0.97},
          {"place", {{"x", 0.6}, {"y", 0.8}}},
          {"attribution", estimate(2.5, 2, 3)},
          {"removed", measured ? estimate(4.6, 3.1, 6.0) : json(nullptr)},
          {"elsewhere", measured ? estimate(0.0, -0.2, 0.2) : json(nullptr)},
          {"forms", json::array()},
          {"flags", json::array()},
          {"sightings", sightings(own)},
          {"counterparts", sightings(other)}};
}

}  // namespace

store::KeptPair made_pair(const store::Reader& atlas, std::int32_t taxon_a, std::int32_t taxon_b) {
  const std::string a = atlas.taxon(taxon_a).name, b = atlas.taxon(taxon_b).name;
  const auto photos_a = atlas.photos_of_taxon(taxon_a), photos_b = atlas.photos_of_taxon(taxon_b);
  const json result{{"a", {{"name", a}, {"told_apart", count(30, 32)}}},
                    {"b", {{"name", b}, {"told_apart", count(31, 32)}}},
                    {"verdict", ""},
                    {"tested", true},
                    {"marks",
                     {mark(1, a, "presence", "tested", "red bill", photos_a, photos_b),
                      mark(2, b, "state", "not testable", "", photos_b, photos_a)}},
                    {"context", {mark(1, a, "presence", "not shown", "reeds", photos_a, photos_b)}},
                    {"decided", count(60, 64)},
                    {"notes", json::array()}};
  store::KeptPair pair;
  pair.summary.key.atlas = atlas.hash();
  pair.summary.key.taxon_a = taxon_a;
  pair.summary.key.taxon_b = taxon_b;
  pair.summary.key.options = R"({"test":true})";
  pair.summary.key.seed = 1;
  pair.summary.tested = true;
  pair.summary.marks = 2;
  pair.summary.shown = 1;
  pair.result = result.dump();
  pair.map = store::PairMap();
  for (int i = 0; i < 8; ++i) {
    const bool of_a = i < 4;
    pair.map->x.push_back(static_cast<float>((of_a ? 0.5 : -0.5) * (i % 4 + 1)));
    pair.map->y.push_back(static_cast<float>(i) / 7);
    pair.map->photo.push_back((of_a ? photos_a : photos_b)[static_cast<std::size_t>(i) % 2].id);
    pair.map->row.push_back(static_cast<std::uint16_t>(i % 4));
    pair.map->column.push_back(static_cast<std::uint16_t>(3 - i % 4));
    pair.map->side.push_back(of_a ? 0 : 1);
    pair.map->mark.push_back(static_cast<std::int16_t>(i == 3 ? 1 : i == 7 ? 2 : i == 0 ? -1 : 0));
  }
  return pair;
}

void keep_made_pair(const store::Reader& atlas, std::int32_t taxon_a, std::int32_t taxon_b) {
  store::keep_pair(store::derived_path(atlas.path()), made_pair(atlas, taxon_a, taxon_b));
}

}  // namespace differentia::test

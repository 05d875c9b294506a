#include "viewer/pair_findings.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "viewer/input_fit.h"
#include "viewer/number_text.h"

namespace differentia::viewer {
namespace {

using nlohmann::json;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kIconCells = 4;   // a patch's side in grid positions
constexpr double kWithin = 0.998;  // share of the positions that the axis shows

double number_of(const json& value) {
  return value.is_number() ? value.get<double>() : kNaN;
}

Estimate estimate_of(const json& value) {
  if (!value.is_object()) return {kNaN, kNaN, kNaN};
  return {number_of(value.at("value")), number_of(value.at("low")), number_of(value.at("high"))};
}

PhotoCount count_of(const json& value) {
  return {value.at("with").get<int>(), value.at("of").get<int>()};
}

PairStatus status_of(const std::string& name) {
  if (name == "tested") return PairStatus::kTested;
  if (name == "not shown") return PairStatus::kNotShown;
  if (name == "not testable") return PairStatus::kNotTestable;
  return PairStatus::kUntested;
}

// The photos of both taxa by their paths.
using PhotosByPath = std::map<std::string, store::PhotoRecord>;

std::vector<PairSighting> sightings_of(const json& list, const PhotosByPath& photos) {
  std::vector<PairSighting> sightings;
  for (const json& one : list) {
    const auto photo = photos.find(one.at("photo").get<std::string>());
    if (photo == photos.end()) continue;
    PairSighting sighting;
    sighting.photo = photo->second;
    sighting.place = {one.at("place").at("x").get<double>(), one.at("place").at("y").get<double>()};
    const json& box = one.at("box");
    sighting.box = {box.at("x").get<double>(), box.at("y").get<double>(),
                    box.at("width").get<double>(), box.at("height").get<double>()};
    sighting.attribution = number_of(one.at("attribution"));
    sightings.push_back(std::move(sighting));
  }
  return sightings;
}

// Sentences with the taxa's names as people read them.
class Readable {
 public:
  void add(const std::string& name) {
    if (display_name(name) != name) names_.emplace_back(name, display_name(name));
  }
  std::string operator()(std::string sentence) const {
    for (const auto& [name, shown] : names_)
      for (std::size_t at = sentence.find(name); at != std::string::npos;
           at = sentence.find(name, at + shown.size()))
        sentence.replace(at, name.size(), shown);
    return sentence;
  }
  std::vector<std::string> operator()(std::vector<std::string> sentences) const {
    for (std::string& one : sentences) one = (*this)(std::move(one));
    return sentences;
  }

 private:
  std::vector<std::pair<std::string, std::string>> names_;
};

std::string title_of(const PairMark& mark, const json& value, const Readable& readable) {
  std::string words = readable(value.at("words").get<std::string>());
  if (!words.empty()) return words;
  words = mark.presence ? "something only it shows" : "a part that looks different";
  const double down = number_of(value.at("place").at("y"));
  if (std::isfinite(down))
    words += down < 0.34 ? ", at the top" : down < 0.67 ? ", in the middle" : ", at the bottom";
  return words;
}

PairMark mark_of(const json& value, bool context, const std::string& name_of_a,
                 const PhotosByPath& photos, const Readable& readable) {
  PairMark mark;
  mark.number = value.at("number").get<int>() * (context ? -1 : 1);
  mark.of_a = value.at("carrier").get<std::string>() == name_of_a;
  mark.presence = value.at("kind").get<std::string>() == "presence";
  mark.status = status_of(value.at("status").get<std::string>());
  mark.title = title_of(mark, value, readable);
  mark.why = value.at("why").get<std::string>();
  mark.seen = count_of(value.at("seen"));
  mark.seen_other = count_of(value.at("seen_other"));
  mark.changed_mind = count_of(value.at("changed_mind"));
  mark.attribution = estimate_of(value.at("attribution"));
  mark.removed = estimate_of(value.at("removed"));
  mark.elsewhere = estimate_of(value.at("elsewhere"));
  mark.subject_share = number_of(value.at("subject_share"));
  mark.forms = value.at("forms").get<std::vector<std::string>>();
  mark.flags = readable(value.at("flags").get<std::vector<std::string>>());
  mark.sightings = sightings_of(value.at("sightings"), photos);
  mark.counterparts = sightings_of(value.at("counterparts"), photos);
  return mark;
}

// Places and photos of the map's positions. A position whose photo the atlas does not have makes
// the map useless: then there is none.
void take_map(const store::Reader& atlas, store::PairMap map, PairFindings& findings) {
  std::map<std::int32_t, std::int32_t> known;
  const store::LayerRecord layer = atlas.layers().at(0);
  const std::string& card = atlas.provenance().model_card;
  std::vector<InputGeometry> geometries;
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (map.photo[i] < 0 || map.photo[i] >= atlas.photo_count() ||
        map.row[i] >= layer.grid.height || map.column[i] >= layer.grid.width ||
        !std::isfinite(map.x[i]) || !(map.y[i] >= 0 && map.y[i] <= 1))
      throw InputError("The kept map of the pair does not fit the atlas; compare the pair again.");
    const auto [at, is_new] =
        known.emplace(map.photo[i], static_cast<std::int32_t>(findings.photos.size()));
    if (is_new) {
      findings.photos.push_back(atlas.photo(map.photo[i]));
      geometries.push_back(input_of_card(card, findings.photos.back().size));
    }
    const auto photo = static_cast<std::size_t>(at->second);
    findings.positions.push_back({at->second, clip(geometries[photo].to_photo(layer.grid.box(
                                                       map.row[i], map.column[i], kIconCells)),
                                                   findings.photos[photo].size)});
  }
  findings.strongest.resize(map.size());
  std::iota(findings.strongest.begin(), findings.strongest.end(), 0);
  const auto size_of = [&](std::int32_t i) { return std::abs(map.x[static_cast<std::size_t>(i)]); };
  std::stable_sort(findings.strongest.begin(), findings.strongest.end(),
                   [&](std::int32_t a, std::int32_t b) { return size_of(a) > size_of(b); });
  if (!findings.strongest.empty()) {
    const auto beyond = static_cast<std::size_t>(
        std::floor((1 - kWithin) * static_cast<double>(findings.strongest.size())));
    findings.limit = std::max(1e-6f, size_of(findings.strongest[beyond]));
  }
  findings.map = std::move(map);
}

}  // namespace

const PairMark* PairFindings::mark(int number) const {
  const auto found = std::find_if(marks.begin(), marks.end(),
                                  [number](const PairMark& one) { return one.number == number; });
  return found == marks.end() ? nullptr : &*found;
}

PairFindings pair_of_json(const std::string& text, const store::Reader& atlas,
                          const store::PairKey& key) {
  PhotosByPath photos;
  for (const std::int32_t taxon : {key.taxon_a, key.taxon_b})
    for (store::PhotoRecord& photo : atlas.photos_of_taxon(taxon)) {
      const std::string path = photo.path;
      photos.emplace(path, std::move(photo));
    }
  try {
    const json pair = json::parse(text);
    PairFindings findings;
    const auto side = [&](const char* name, std::int32_t taxon) {
      return PairTaxonFindings{taxon, display_name(atlas.taxon(taxon).name),
                               count_of(pair.at(name).at("told_apart"))};
    };
    findings.a = side("a", key.taxon_a);
    findings.b = side("b", key.taxon_b);
    Readable readable;
    for (const char* name : {"a", "b"}) readable.add(pair.at(name).at("name").get<std::string>());
    findings.verdict = readable(pair.at("verdict").get<std::string>());
    findings.tested = pair.at("tested").get<bool>();
    findings.decided = count_of(pair.at("decided"));
    findings.notes = readable(pair.at("notes").get<std::vector<std::string>>());
    const std::string name_of_a = pair.at("a").at("name").get<std::string>();
    for (const bool context : {false, true})
      for (const json& mark : pair.at(context ? "context" : "marks"))
        findings.marks.push_back(mark_of(mark, context, name_of_a, photos, readable));
    return findings;
  } catch (const json::exception&) {
    throw InputError("What is kept of this pair cannot be understood; compare the two taxa again.");
  }
}

std::optional<PairFindings> load_pair(const store::Reader& atlas, std::int32_t taxon_a,
                                      std::int32_t taxon_b) {
  auto kept = store::kept_pair(store::derived_path(atlas.path()), atlas.hash(), taxon_a, taxon_b);
  if (!kept) return std::nullopt;
  PairFindings findings = pair_of_json(kept->result, atlas, kept->summary.key);
  if (kept->map) take_map(atlas, std::move(*kept->map), findings);
  return findings;
}

}  // namespace differentia::viewer

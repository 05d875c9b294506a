#include "viewer/catalogue.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>

#include "viewer/input_fit.h"
#include "viewer/tile_selection.h"

namespace differentia::viewer {

namespace {

constexpr std::size_t kMostPlaces = 24;  // shown of a cell
constexpr std::int32_t kLimitBins = 64;  // the colours' limits are of the level nearest to this
constexpr double kIconCells = 4;         // an icon's side in grid positions

double high_quantile(std::vector<float> values, double q) {
  values.erase(std::remove_if(values.begin(), values.end(), [](float v) { return !(v == v); }),
               values.end());
  if (values.empty()) return 0;
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(values.size() - 1) * q);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// Those with most to say for or against come first; prevalence decides where there is no
// attribution.
std::vector<std::int32_t> ranks_of(const std::vector<store::ConceptRecord>& concepts) {
  const auto weight = [&](std::size_t i) {
    const store::ConceptRecord& c = concepts[i];
    if (std::isfinite(c.attribution.value)) return 1 + std::abs(c.attribution.value);
    return std::isfinite(c.prevalence.value) ? c.prevalence.value : -1;
  };
  std::vector<std::size_t> order(concepts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return weight(a) > weight(b); });
  std::vector<std::int32_t> ranks(concepts.size());
  for (std::size_t i = 0; i < order.size(); ++i) ranks[order[i]] = static_cast<std::int32_t>(i);
  return ranks;
}

MapSummary load_map(const store::Reader& reader, std::int32_t id) {
  MapSummary map;
  map.record = reader.map(id);
  for (const store::LayerRecord& layer : reader.layers())
    if (layer.id == map.record.layer) map.layer = layer;
  map.concepts = reader.concepts(id);
  map.ranks = ranks_of(map.concepts);
  if (map.record.taxon >= 0) {
    const store::TaxonRecord taxon = reader.taxon(map.record.taxon);
    map.photos = taxon.photos;
    map.masked = reader.masked_photos(taxon.id);
    const std::int32_t output = taxon.output;
    const auto it = std::find(map.record.targets.begin(), map.record.targets.end(), output);
    if (it != map.record.targets.end())
      map.own_column = static_cast<std::size_t>(it - map.record.targets.begin());
  }
  const auto& bins = map.record.level_bins;
  if (bins.empty()) return map;
  const auto nearest =
      std::min_element(bins.begin(), bins.end(), [](std::int32_t a, std::int32_t b) {
        return std::abs(std::log2(a) - std::log2(kLimitBins)) <
               std::abs(std::log2(b) - std::log2(kLimitBins));
      });
  const store::Cells cells = reader.cells(id, static_cast<std::size_t>(nearest - bins.begin()));
  const std::size_t columns = map.record.targets.size();
  map.has_attribution =
      columns > 0 && std::any_of(cells.attribution.begin(), cells.attribution.end(),
                                 [](float v) { return v == v; });
  std::vector<float> sizes;
  for (std::size_t i = 0; i < cells.count.size() && columns > 0; ++i)
    sizes.push_back(std::abs(cells.attribution[i * columns + map.own_column]));
  const double limit = high_quantile(std::move(sizes), 0.98);
  if (limit > 0) map.attribution_limit = limit;
  map.has_subject =
      std::any_of(cells.subject.begin(), cells.subject.end(), [](float v) { return v == v; });
  return map;
}

MapLevel load_level(const store::Reader& reader, std::int32_t map, std::size_t level) {
  MapLevel loaded;
  loaded.bins = reader.map(map).level_bins.at(level);
  loaded.cells = reader.cells(map, level);
  loaded.rows = row_starts(loaded.cells, loaded.bins);
  loaded.sides = tile_sides(loaded.cells);
  loaded.regions = concept_regions(loaded.cells, loaded.bins);
  loaded.count_limit =
      std::max(1.0, high_quantile({loaded.cells.count.begin(), loaded.cells.count.end()}, 0.98));
  return loaded;
}

Places load_exemplars(const store::Reader& reader, const store::ConceptRecord& record) {
  Places places;
  std::set<std::int32_t> photos;
  for (const store::ExemplarRecord& exemplar : reader.exemplars(record.id)) {
    places.places.push_back({reader.photo(exemplar.photo), exemplar.box, exemplar.icon,
                             exemplar.attribution, exemplar.similarity});
    photos.insert(exemplar.photo);
  }
  places.photos = static_cast<std::int64_t>(photos.size());
  return places;
}

// The positions of a cell, most attribution first: one of each observation, whose photos look
// alike, or of each photo where observations are not known.
Places load_cell(const store::Reader& reader, const store::Points& points, const MapSummary& map,
                 const MapLevel& level, std::int32_t cell) {
  const auto i = static_cast<std::size_t>(cell);
  const std::int32_t bin_x = level.cells.bin_x[i], bin_y = level.cells.bin_y[i];
  const std::size_t columns = map.record.targets.size();
  const auto attribution = [&](std::size_t point) {
    return columns > 0 ? points.attribution[point * columns + map.own_column]
                       : std::numeric_limits<float>::quiet_NaN();
  };
  const auto bin = [&](float v) {
    return std::clamp(static_cast<std::int32_t>(v * static_cast<float>(level.bins)), 0,
                      level.bins - 1);
  };
  std::vector<std::size_t> members;
  for (std::size_t p = 0; p < points.x.size(); ++p)
    if (bin(points.x[p]) == bin_x && bin(points.y[p]) == bin_y) members.push_back(p);
  if (columns > 0)
    std::stable_sort(members.begin(), members.end(),
                     [&](std::size_t a, std::size_t b) { return attribution(a) > attribution(b); });
  Places places;
  std::set<std::int32_t> photos;
  std::set<std::string> observations;
  const std::string& card = reader.provenance().model_card;
  for (const std::size_t p : members) {
    if (!photos.insert(points.photo[p]).second || places.places.size() >= kMostPlaces) continue;
    Place place;
    place.photo = reader.photo(points.photo[p]);
    if (!place.photo.observation.empty() && !observations.insert(place.photo.observation).second)
      continue;
    place.attribution = attribution(p);
    place.similarity = std::numeric_limits<double>::quiet_NaN();
    if (static_cast<std::int32_t>(p) == level.cells.medoid[i]) place.icon = level.cells.icon[i];
    if (place.photo.size.width > 0 && place.photo.size.height > 0)
      place.box =
          clip(input_of_card(card, place.photo.size)
                   .to_photo(map.layer.grid.box(points.row[p], points.column[p], kIconCells)),
               place.photo.size);
    places.places.push_back(std::move(place));
  }
  places.photos = static_cast<std::int64_t>(photos.size());
  return places;
}

std::vector<store::PairSummary> load_kept_pairs(const store::Reader& reader) {
  const std::string file = store::derived_path(reader.path());
  std::vector<store::PairSummary> pairs = store::kept_pairs(file, reader.hash());
  for (const store::PairSummary& pair : pairs)
    for (const std::int32_t taxon : {pair.key.taxon_a, pair.key.taxon_b})
      if (taxon < 0 || taxon >= reader.taxon_count())
        throw DamagedFile(file,
                          "it names a taxon that the atlas does not have; delete it, all that "
                          "it holds can be made again");
  return pairs;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

Places load_photo_named(const store::Reader& reader, const std::string& name) {
  const bool is_id = !name.empty() && name.size() < 10 &&
                     name.find_first_not_of("0123456789") == std::string::npos;
  std::vector<store::PhotoRecord> found;
  if (is_id && std::stoi(name) < reader.photo_count()) {
    found.push_back(reader.photo(std::stoi(name)));
  } else {
    for (std::int32_t id = 0; id < reader.photo_count(); ++id) {
      store::PhotoRecord photo = reader.photo(id);
      if (ends_with(photo.path, name)) found.push_back(std::move(photo));
    }
  }
  if (found.size() != 1)
    throw InputError(found.empty()
                         ? "No photo of the atlas is called “" + name +
                               "”; give its id or the end of its path."
                         : "“" + name + "” is the end of " + std::to_string(found.size()) +
                               " photos' paths; give more of it.");
  Place place;
  place.photo = std::move(found.front());
  place.similarity = std::numeric_limits<double>::quiet_NaN();
  place.attribution = std::numeric_limits<double>::quiet_NaN();
  Places places;
  places.places.push_back(std::move(place));
  places.photos = 1;
  return places;
}

}  // namespace

bool operator<(const CellKey& a, const CellKey& b) {
  return std::tie(a.map, a.level, a.cell) < std::tie(b.map, b.level, b.cell);
}

OpenedAtlas open_atlas(const std::string& path) {
  OpenedAtlas opened;
  opened.reader = std::make_shared<const store::Reader>(path);
  opened.taxa.taxa = opened.reader->taxa();
  for (const store::TaxonRecord& taxon : opened.taxa.taxa) {
    opened.taxa.folded.push_back(folded(taxon.name + "\n" + taxon.common_name));
    opened.taxa.photos += taxon.photos;
    opened.taxa.unreadable += taxon.unreadable;
  }
  opened.taxa.deep_map = opened.reader->map_of_taxon(-1);
  return opened;
}

Catalogue::Catalogue(JobQueue& jobs, OpenedAtlas opened)
    : opened_(std::move(opened)),
      map_of_taxon_(jobs, 512),
      maps_(jobs, 16),
      levels_(jobs, 32),
      points_(jobs, 2),
      concept_counts_(jobs, 4096),
      exemplars_(jobs, 64),
      cells_(jobs, 64),
      photos_(jobs, 256),
      unreadable_(jobs, 1),
      found_photos_(jobs, 4),
      photo_points_(jobs, 32),
      kept_pairs_(jobs, 1),
      pairs_(jobs, 8) {}

std::shared_ptr<const std::int32_t> Catalogue::map_of_taxon(std::int32_t taxon) {
  return map_of_taxon_.get(taxon, "looking up the map", [reader = opened_.reader, taxon] {
    return reader->map_of_taxon(taxon);
  });
}

std::shared_ptr<const MapSummary> Catalogue::map(std::int32_t map) {
  return maps_.get(map, "reading the concepts",
                   [reader = opened_.reader, map] { return load_map(*reader, map); });
}

std::shared_ptr<const MapLevel> Catalogue::level(std::int32_t map, std::size_t level) {
  return levels_.get({map, level}, "reading the map", [reader = opened_.reader, map, level] {
    return load_level(*reader, map, level);
  });
}

std::shared_ptr<const store::Points> Catalogue::points(std::int32_t map) {
  return points_.get(map, "reading the points",
                     [reader = opened_.reader, map] { return reader->points(map); });
}

std::shared_ptr<const std::int32_t> Catalogue::concept_count(std::int32_t taxon) {
  return concept_counts_.get(taxon, "counting concepts", [reader = opened_.reader, taxon] {
    const std::int32_t map = reader->map_of_taxon(taxon);
    return map < 0 ? 0 : static_cast<std::int32_t>(reader->concepts(map).size());
  });
}

std::shared_ptr<const Places> Catalogue::exemplars(const store::ConceptRecord& concept_record) {
  return exemplars_.get(concept_record.id, "reading exemplars",
                        [reader = opened_.reader, concept_record] {
                          return load_exemplars(*reader, concept_record);
                        });
}

std::shared_ptr<const Places> Catalogue::cell_places(const CellKey& cell) {
  const auto summary = map(cell.map);
  const auto cells = level(cell.map, cell.level);
  const auto all = points(cell.map);
  if (!summary || !cells || !all) return nullptr;
  return cells_.get(cell, "gathering the cell's photos",
                    [reader = opened_.reader, all, summary, cells, cell] {
                      return load_cell(*reader, *all, *summary, *cells, cell.cell);
                    });
}

std::shared_ptr<const store::PhotoRecord> Catalogue::photo(std::int32_t photo) {
  return photos_.get(photo, "looking up a photo",
                     [reader = opened_.reader, photo] { return reader->photo(photo); });
}

std::shared_ptr<const std::vector<store::PhotoRecord>> Catalogue::unreadable() {
  return unreadable_.get(0, "listing unreadable photos", [reader = opened_.reader] {
    std::vector<store::PhotoRecord> photos =
        reader->photos_with_status(store::PhotoStatus::kUnreadable);
    const auto repaired = reader->photos_with_status(store::PhotoStatus::kRepaired);
    photos.insert(photos.end(), repaired.begin(), repaired.end());
    return photos;
  });
}

std::shared_ptr<const std::vector<std::int32_t>> Catalogue::points_of_photo(std::int32_t map,
                                                                            std::int32_t photo) {
  const auto all = points(map);
  if (!all) return nullptr;
  return photo_points_.get({map, photo}, "finding the photo on the map", [all, photo] {
    std::vector<std::int32_t> found;
    for (std::size_t i = 0; i < all->photo.size(); ++i)
      if (all->photo[i] == photo) found.push_back(static_cast<std::int32_t>(i));
    return found;
  });
}

std::shared_ptr<const Places> Catalogue::find_photo(const std::string& name) {
  return found_photos_.get(name, "looking for " + name, [reader = opened_.reader, name] {
    return load_photo_named(*reader, name);
  });
}

std::string Catalogue::find_photo_error(const std::string& name) const {
  return found_photos_.error(name);
}

std::shared_ptr<const std::vector<store::PairSummary>> Catalogue::kept_pairs() {
  return kept_pairs_.get(0, "listing the pairs that were compared",
                         [reader = opened_.reader] { return load_kept_pairs(*reader); });
}

std::shared_ptr<const std::optional<PairFindings>> Catalogue::pair(std::int32_t taxon_a,
                                                                   std::int32_t taxon_b) {
  return pairs_.get(
      std::minmax(taxon_a, taxon_b), "reading what tells two taxa apart",
      [reader = opened_.reader, taxon_a, taxon_b] { return load_pair(*reader, taxon_a, taxon_b); });
}

std::string Catalogue::kept_pairs_error() const {
  return kept_pairs_.error(0);
}

std::string Catalogue::pair_error(std::int32_t taxon_a, std::int32_t taxon_b) const {
  return pairs_.error(std::minmax(taxon_a, taxon_b));
}

void Catalogue::forget_pairs() {
  kept_pairs_.clear();
  pairs_.clear();
}

std::string Catalogue::map_error(std::int32_t map) const {
  const std::string error = maps_.error(map);
  return error.empty() ? levels_.error({map, 0}) : error;
}

}  // namespace differentia::viewer

#pragma once

// One open atlas as the screens see it: everything is read on workers and kept while it is looked
// at. Each getter answers null until its value is there; asking again costs nothing. Main thread
// only.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "atlas/store/reader.h"
#include "viewer/async_cache.h"
#include "viewer/pair_findings.h"
#include "viewer/regions.h"

namespace differentia::viewer {

// All taxa, with their names folded for searching.
struct TaxonList {
  std::vector<store::TaxonRecord> taxa;  // by id
  std::vector<std::string> folded;       // "scientific name\ncommon name", folded
  std::int32_t deep_map = -1;            // the map of all taxa; −1: none
  std::int64_t photos = 0, unreadable = 0;
};

// What was found when the atlas was opened.
struct OpenedAtlas {
  std::shared_ptr<const store::Reader> reader;
  TaxonList taxa;
};

// Opens and reads the list of taxa. Any thread. Throws what Reader throws.
OpenedAtlas open_atlas(const std::string& path);

// A map but for its cells and points.
struct MapSummary {
  store::MapRecord record;
  store::LayerRecord layer;
  std::vector<store::ConceptRecord> concepts;  // by number
  std::vector<std::int32_t> ranks;             // of the same: 0 has the largest |attribution|
  std::size_t own_column = 0;                  // of the attribution: the taxon's own output
  double attribution_limit = 1;                // logits: 98 % of the cells lie within ± this
  bool has_subject = false;                    // the share on the subject is known
  std::int32_t masked = 0, photos = 0;         // of the taxon: it is known of so many of so many
  bool has_attribution = false;                // it was computed
};

struct MapLevel {
  std::int32_t bins = 0;
  store::Cells cells;
  std::vector<std::int32_t> rows;  // row_starts()
  std::vector<float> sides;        // tile_sides()
  std::vector<Region> regions;     // of the concepts, at this level
  double count_limit = 1;          // 98 % of the cells have no more points
};

// A position in a photo: an exemplar of a concept, or a point of a cell.
struct Place {
  store::PhotoRecord photo;
  Box box;                 // in the photo's pixels
  std::int32_t icon = -1;  // −1: none of its own
  double attribution = 0;  // logits, to the own output
  double similarity = 0;   // cosine to the concept's centroid; NaN where it does not apply
};

// What a cell or a concept is made of.
struct Places {
  std::vector<Place> places;
  std::int64_t photos = 0;  // different ones, of all positions
};

struct CellKey {
  std::int32_t map = 0;
  std::size_t level = 0;
  std::int32_t cell = 0;
};
bool operator<(const CellKey& a, const CellKey& b);

class Catalogue {
 public:
  Catalogue(JobQueue& jobs, OpenedAtlas opened);

  const store::Reader& reader() const { return *opened_.reader; }
  std::shared_ptr<const store::Reader> shared_reader() const { return opened_.reader; }
  const TaxonList& taxa() const { return opened_.taxa; }

  // −1 where the taxon has no map. Costs one query the first time.
  std::shared_ptr<const std::int32_t> map_of_taxon(std::int32_t taxon);
  std::shared_ptr<const MapSummary> map(std::int32_t map);
  std::shared_ptr<const MapLevel> level(std::int32_t map, std::size_t level);
  std::shared_ptr<const store::Points> points(std::int32_t map);
  std::shared_ptr<const std::int32_t> concept_count(std::int32_t taxon);
  std::shared_ptr<const Places> exemplars(const store::ConceptRecord& concept_record);
  std::shared_ptr<const Places> cell_places(const CellKey& cell);
  std::shared_ptr<const store::PhotoRecord> photo(std::int32_t photo);
  std::shared_ptr<const std::vector<store::PhotoRecord>> unreadable();
  // The map's points of one photo, as indices.
  std::shared_ptr<const std::vector<std::int32_t>> points_of_photo(std::int32_t map,
                                                                   std::int32_t photo);

  // The one photo whose id or end of path that is. Null while looked for, and where there is none
  // or more than one: then find_photo_error() says so.
  std::shared_ptr<const Places> find_photo(const std::string& name);
  std::string find_photo_error(const std::string& name) const;

  // The first failure of what the screens need of a map; empty where all is well.
  std::string map_error(std::int32_t map) const;

  // The pairs that have been compared, each once, in the order of their taxa.
  std::shared_ptr<const std::vector<store::PairSummary>> kept_pairs();
  // Nothing in it where the two have not been compared. By either order.
  std::shared_ptr<const std::optional<PairFindings>> pair(std::int32_t taxon_a,
                                                          std::int32_t taxon_b);
  std::string kept_pairs_error() const;
  std::string pair_error(std::int32_t taxon_a, std::int32_t taxon_b) const;
  // Pairs are read again: something has been compared.
  void forget_pairs();

 private:
  OpenedAtlas opened_;
  AsyncCache<std::int32_t, std::int32_t> map_of_taxon_;
  AsyncCache<std::int32_t, MapSummary> maps_;
  AsyncCache<std::pair<std::int32_t, std::size_t>, MapLevel> levels_;
  AsyncCache<std::int32_t, store::Points> points_;
  AsyncCache<std::int32_t, std::int32_t> concept_counts_;
  AsyncCache<std::int32_t, Places> exemplars_;
  AsyncCache<CellKey, Places> cells_;
  AsyncCache<std::int32_t, store::PhotoRecord> photos_;
  AsyncCache<int, std::vector<store::PhotoRecord>> unreadable_;
  AsyncCache<std::string, Places> found_photos_;
  AsyncCache<std::pair<std::int32_t, std::int32_t>, std::vector<std::int32_t>> photo_points_;
  AsyncCache<int, std::vector<store::PairSummary>> kept_pairs_;
  AsyncCache<std::pair<std::int32_t, std::int32_t>, std::optional<PairFindings>> pairs_;
};

// Lower case for searching: ASCII ("_" as a space), and the Latin letters with marks without them
// ("Épervier" → "epervier").
std::string folded(const std::string& text);

// Taxa of which any part of a name holds `part` (folded on both sides), in their order; all for an
// empty part.
std::vector<std::int32_t> matching_taxa(const TaxonList& list, const std::string& part);

// The taxon meant by a name on the command line: its id as a number, its whole name, or any
// unambiguous part of a name. Throws UnknownName, or InputError where several match.
std::int32_t resolve_taxon(const TaxonList& list, const std::string& name);

}  // namespace differentia::viewer

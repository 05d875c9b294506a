#pragma once

// What an atlas holds, as the reader gives it and the writer takes it. docs/store.md describes the
// files byte by byte.
//
// Ids are dense: taxon, photo, layer, map and concept ids count from 0 in the order written.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/photo_geometry.h"
#include "base/statistics.h"

namespace differentia::store {

// What was built, from what and how: equal provenance and photos give equal bytes.
struct Provenance {
  std::string program_version;
  std::string model_name;
  std::string model_sha256;
  std::string model_card;  // JSON, every key
  std::string options;     // JSON of the build's options that change the result, defaults included
  std::uint64_t seed = 0;
  std::string photos_sha256;  // of the list of photos, with every column
  // Hints, beside the atlas and no part of it; relative to its folder. Empty: not known.
  std::string photo_root_hint;  // "../photos"; --photos moves it
  std::string model_path_hint;  // "../model.pt"; to be used only where its SHA-256 is model_sha256
};

struct TaxonRecord {
  std::int32_t id = 0;
  std::string name;          // as in the photo set
  std::string common_name;   // empty where unknown
  std::int32_t output = -1;  // of the model; −1: none
  std::int32_t photos = 0;   // used (repaired ones included)
  std::int32_t unreadable = 0;
  std::int32_t tested = 0;   // photos not marked `train`
  std::int32_t correct = 0;  // of those tested, where the model's first answer is this taxon
  std::vector<std::int32_t> rivals;  // outputs attributed besides the own, strongest first
};

enum class PhotoStatus : std::uint8_t { kUsed = 0, kRepaired = 1, kUnreadable = 2 };

// What a used photo's `reason` says, before the why, where its mask could not be used.
inline constexpr char kMaskLeftOut[] = "its mask was left out: ";

struct PhotoRecord {
  std::int32_t id = 0;
  std::int32_t taxon = 0;
  std::string path;  // relative to the photo root
  std::string mask;  // the same; empty: none
  PhotoStatus status = PhotoStatus::kUsed;
  std::string reason;
  Size size;  // oriented
  std::string split, form, observation, observer, date, latitude, longitude, licence, credit, url;
  std::map<std::string, std::string> extra;
  std::int32_t predicted = -1;  // output
  double logit = 0;             // of the taxon's own output; NaN where none
  double residual = 0;          // worst attribution residual, logits; NaN where none
  std::int32_t steps = 0;       // attribution steps; 0: closed form or none
  Box subject;  // around the subject of its mask, photo pixels; empty where there is no mask
};

struct LayerRecord {
  std::int32_t id = 0;
  std::string path;
  std::string role;  // "layer" or "deep_layer"
  std::int32_t channels = 0;
  GridGeometry grid;
  Size input;  // the model's input, which `grid` lies over
};

// One 2-D map: of a taxon at `layer`, or of all taxa (taxon −1) at `deep_layer`.
struct MapRecord {
  std::int32_t id = 0;
  std::int32_t taxon = -1;
  std::int32_t layer = 0;
  // Outputs: the columns of the points' and cells' attribution. On the map of all taxa a single −1,
  // each point's own taxon's output, or nothing.
  std::vector<std::int32_t> targets;
  std::int64_t points = 0;
  double place_weight = 0;                // of the place columns of its concepts' centroids
  std::vector<std::int32_t> level_bins;   // bins along a side, coarse to fine: 8, 16, 32 …
  std::vector<std::int64_t> level_cells;  // cells of each level
};

// A point of a map: one position of one photo.
struct Points {
  std::vector<float> x, y;          // 0…1 after the 1–99 percentile clip
  std::vector<std::int32_t> photo;  // photo ids
  std::vector<std::uint16_t> row, column;
  std::vector<std::int16_t> concept_number;  // number within the map; −1: none
  std::vector<float> attribution;            // n * targets, logits
  std::vector<float> subject;                // 0…1, NaN unknown
};

// The cells of one level of one map, sorted by (bin_y, bin_x).
struct Cells {
  std::vector<std::uint16_t> bin_x, bin_y;
  std::vector<std::int32_t> count;           // points in the bin
  std::vector<float> attribution;            // n * targets, means, logits
  std::vector<float> subject;                // mean share, NaN unknown
  std::vector<std::int16_t> concept_number;  // most frequent concept, −1 none
  std::vector<std::int32_t> medoid;          // point index within the map
  std::vector<std::int32_t> icon;            // icon number in the atlas's picture sheets
};

// Columns of place that follow the channels of a concept's centroid.
inline constexpr std::size_t kPlaceColumns = 2;

struct ConceptRecord {
  std::int32_t id = 0;
  std::int32_t map = 0;
  std::int32_t number = 0;  // within its map, 0 first: most attribution to the taxon
  double threshold = 0;     // cosine to the centroid above which a position belongs to the concept
  std::int64_t positions = 0;     // above the threshold
  std::int32_t observations = 0;  // with at least one position
  // Share of observations (photos where unknown): `prevalence_with` of `prevalence_of`, those with
  // a photo whose whole grid is kept and that is not marked train; where there is none
  // (prevalence_held_out is false), those with a photo marked train.
  Estimate prevalence;
  std::int32_t prevalence_with = 0, prevalence_of = 0;
  bool prevalence_held_out = false;
  Estimate attribution;      // mean per photo to the taxon's own output, logits
  double subject_share = 0;  // of its positions' area; NaN unknown
  double subject_share_low = 0, subject_share_high = 0;  // its 95 % interval over observations
  double place_x = 0,
         place_y =
             0;  // mean place on the subject's bounding box (the photo where no mask is given), 0…1
  double spread_x = 0, spread_y = 0;  // standard deviations
  bool place_on_subject = false;
  float label_x = 0, label_y = 0;  // where its label stands on the map
  std::int32_t medoid = 0;         // point index within the map
  std::int32_t icon = 0;
};

struct ExemplarRecord {
  std::int32_t concept_id = 0;
  std::int32_t rank = 0;  // 0 best
  std::int32_t photo = 0;
  std::int32_t row = 0, column = 0;
  double similarity = 0;   // cosine to the centroid
  double attribution = 0;  // of the concept's positions in that photo, to the own output
  Box box;                 // icon-sized, in the photo's pixels
  std::int32_t icon = 0;   // its patch in the picture sheets
};

// Icons are square tiles in JPEG sheets.
struct IconSheets {
  std::int32_t tile = 64;      // pixels along a side
  std::int32_t per_side = 32;  // tiles along a side of a sheet
  std::int32_t icons = 0;
};

}  // namespace differentia::store

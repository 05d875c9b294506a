#pragma once

// The names and numbers of the files of NAME.atlas, shared by writer and reader. docs/store.md
// describes them.

#include <cstddef>
#include <cstdint>
#include <string>

namespace differentia::store {

inline constexpr std::int32_t kFormatVersion = 2;           // PRAGMA user_version
inline constexpr std::int32_t kApplicationId = 0x44694174;  // "DiAt", PRAGMA application_id
inline constexpr std::size_t kShardBytes = std::size_t{256} << 20;
inline constexpr std::int32_t kIconTile = 64;
inline constexpr std::int32_t kIconsPerSide = 32;

inline constexpr char kDatabaseFile[] = "atlas.sqlite";
inline constexpr char kSumsFile[] = "SHA256SUMS";
inline constexpr char kPhotoRootFile[] = "photo_root.txt";  // a hint, outside the sums
inline constexpr char kModelPathFile[] = "model_path.txt";  // the same
inline constexpr char kArrayFolder[] = "arrays";
inline constexpr char kPictureFolder[] = "pictures";
inline constexpr char kWorkFolder[] = "work";  // only in .partial
inline constexpr char kWorkDatabase[] = "work/work.sqlite";

// What a row of an array is, and whose rows they are (the owner of a range). T: targets of the map,
// C: channels.
namespace kind {
// owner: map
inline constexpr char kPointPlace[] = "point-xy";                 // f4 (n, 2)
inline constexpr char kPointPhoto[] = "point-photo";              // i4 (n)
inline constexpr char kPointCell[] = "point-position";            // u2 (n, 2): row, column
inline constexpr char kPointConcept[] = "point-concept";          // i2 (n)
inline constexpr char kPointAttribution[] = "point-attribution";  // f4 (n * T)
inline constexpr char kPointSubject[] = "point-subject";          // f4 (n)
inline constexpr char kActivations[] = "activations";             // + "-" + role, f2 (n, C)
inline constexpr char kCellBin[] = "cell-bin";                    // u2 (n, 2): x, y
inline constexpr char kCellCount[] = "cell-count";                // i4 (n)
inline constexpr char kCellAttribution[] = "cell-attribution";    // f4 (n * T)
inline constexpr char kCellSubject[] = "cell-subject";            // f4 (n)
inline constexpr char kCellConcept[] = "cell-concept";            // i2 (n)
inline constexpr char kCellMedoid[] = "cell-medoid";              // i4 (n)
inline constexpr char kCellIcon[] = "cell-icon";                  // i4 (n)
inline constexpr char kCentroids[] = "centroids";  // + "-" + role, f4 (concepts, C + 2)
// owner: taxon
inline constexpr char kGridPhoto[] = "grid-photo";              // i4 (p)
inline constexpr char kGridActivations[] = "grid-activations";  // f2 (p, h, w, C)
inline constexpr char kGridAttribution[] = "grid-attribution";  // f4 (p * h * w * T)
inline constexpr char kGridSubject[] = "grid-subject";          // f4 (p, h, w)
// owner: layer
inline constexpr char kNormalisation[] = "normalisation";  // + "-" + role, f4 (2, C): centre, scale
}  // namespace kind

std::string role_kind(const char* base, const std::string& role);     // "activations-layer"
std::string array_file(const std::string& kind, std::int32_t shard);  // "arrays/KIND-0000.npy"
std::string icon_sheet_file(std::int32_t sheet);                      // "pictures/icons-0000.jpg"
std::string partial_path(const std::string& atlas);                   // "NAME.atlas.partial"

// Names as they are searched for: lower case (Latin, Greek, Cyrillic), '_' as space.
std::string search_key(const std::string& name);

// The tables of atlas.sqlite.
extern const char* const kSchema;

}  // namespace differentia::store

#pragma once

// NAME.derived.sqlite: what is computed from an atlas after it was built, kept beside it so that it
// is there the next time. docs/store.md describes the file. Every result is keyed by the hash of
// the atlas that it is of; those of another atlas are never given out. All that it holds can be
// made again: a person may delete it at any time.
//
// Each function opens the file and closes it, may be called from any thread, and waits some seconds
// for another program that writes. An atlas without the file has no results.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atlas/store/reader.h"

namespace differentia::store {

// "NAME.atlas", also with a path and slashes at its end → "NAME.derived.sqlite".
std::string derived_path(const std::string& atlas);

// What a comparison was asked for and who answered. Equal keys have equal results.
struct PairKey {
  std::string atlas;                        // its hash
  std::int32_t taxon_a = -1, taxon_b = -1;  // a pair is found by either order
  std::string options;                      // JSON of those that change the result, sorted by name
  std::uint64_t seed = 0;
  std::string program_version = DIFFERENTIA_VERSION;
};

// The contrastive map: positions of both taxa's kept grids, by what they add to A against B and by
// what they look like.
struct PairMap {
  std::vector<float> x;                    // attribution to z_A − z_B, logits
  std::vector<float> y;                    // 0…1: alike positions are near
  std::vector<std::int32_t> photo;         // photo ids
  std::vector<std::uint16_t> row, column;  // of the grid at the atlas's layer
  std::vector<std::uint8_t> side;          // 0: a photo of A, 1: of B
  std::vector<std::int16_t> mark;  // number of the field mark that it is of, negative: of the
                                   // context cue, 0: of none

  std::size_t size() const { return x.size(); }
};

// A pair in a list.
struct PairSummary {
  PairKey key;
  bool tested = false;     // removal was run
  std::int32_t marks = 0;  // field marks
  std::int32_t shown =
      0;  // field marks that are tested, that is, shown by removal to move the model
};

struct KeptPair {
  PairSummary summary;
  std::string result;            // the JSON of `differentia compare` (docs/json.md)
  std::optional<PairMap> map{};  // where one was made
};

// Keeps a result in place of that with the same key. Throws FileError (a folder that may not be
// written to, a file of another kind), DiskFull, DamagedAtlas, InputError for a newer version of
// the file; nothing is lost then.
void keep_pair(const std::string& file, const KeptPair& pair);

// Throws what keep_pair() would throw now; makes the file where it is not there.
void require_keepable(const std::string& file);

// Of this program's version: for every pair of the atlas with that hash the one result that
// kept_pair() gives, by ids of the taxa. Throws DamagedAtlas, and InputError as keep_pair().
std::vector<PairSummary> kept_pairs(const std::string& file, const std::string& atlas_hash);

// The same of one pair, by either order: tested before untested, then the one kept last. Nothing
// where there is none.
std::optional<KeptPair> kept_pair(const std::string& file, const std::string& atlas_hash,
                                  std::int32_t taxon_a, std::int32_t taxon_b);

}  // namespace differentia::store

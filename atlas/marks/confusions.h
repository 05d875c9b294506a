#pragma once

// Which pairs of an atlas's taxa the model confuses, and which it comes nearest to confusing: from
// what the atlas keeps of its photos, without the network and without the photos.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "atlas/marks/pair_marks.h"
#include "atlas/store/named_photos.h"
#include "atlas/store/reader.h"

namespace differentia {

struct ConfusedPair {
  std::array<std::int32_t, 2> taxa{};  // ids, the smaller first
  std::array<Count, 2> named;          // photos of taxa[i] that the model names as the other
  // Mean over both of the lower end of that share's 95 % interval (Wilson): 0 where none is. Of few
  // photos it is low, so that 1 of 2 does not come before 20 of 60.
  double at_least = 0;
  // Of taxa[i]: its photos' own logit less the other's, on average, logits; NaN where the atlas has
  // not attributed the other's output.
  std::array<double, 2> margin{std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::quiet_NaN()};
  int marks = -1;  // field marks that a test by removal has shown; −1: not compared with one yet

  bool confused() const { return named[0].with + named[1].with > 0; }
  double least_margin() const;  // the smaller; NaN where neither is known
};

// Photos not marked `train` are there, and only they are counted.
bool counts_held_out(const std::vector<store::NamedPhotos>& named);

// ConfusedPair::at_least of two counts.
double confused_at_least(const Count& one, const Count& two);

// A taxon that the model has no output for, and what it names its photos most often.
struct TaxonWithoutOutput {
  std::int32_t taxon = 0;
  std::int32_t named_as = -1;  // output; −1: none of its photos counts
  Count named;
};

struct Confusions {
  bool held_out = true;        // only photos not marked `train` are counted; else there are none
  std::int64_t photos = 0;     // counted, of taxa with an output
  std::int64_t wrong = 0;      // of these, named as another output than their taxon's
  std::int64_t strangers = 0;  // of these, named as an output that no taxon of the atlas has
  std::int64_t confused = 0;   // pairs with a photo named as the other
  // The first `most`: by at_least, then those with fewest marks shown (none where not compared),
  // then by the smaller margin, then by id. Those that are not confused are pairs of a taxon and
  // one of its rivals (TaxonRecord::rivals) that has photos.
  std::vector<ConfusedPair> pairs;
  std::vector<TaxonWithoutOutput> without_output;
  std::vector<std::int32_t> uncounted;  // taxa with an output and no photo that counts
  std::vector<std::array<std::int32_t, 2>> one_output;  // taxa that share one: no pairs
};

// Field marks shown of pairs compared so far, by their taxa's ids, the smaller first.
using ShownMarks = std::map<std::pair<std::int32_t, std::int32_t>, int>;

// The mean margin of a taxon's photos against another taxon; NaN where it is not known.
using MarginOf = std::function<double(std::int32_t taxon, std::int32_t rival)>;

// `taxa` by id. Asks for no more margins than the ranking needs.
Confusions rank_confusions(const std::vector<store::TaxonRecord>& taxa,
                           const std::vector<store::NamedPhotos>& named, const ShownMarks& shown,
                           std::size_t most, const MarginOf& margin);

// Mean margins from the attributions of an atlas's whole grids: a rival's logit is the sum of a
// photo's attributions to it and its logit of an empty grid, which the rival's own photos tell. The
// attributions' residuals (under 5 % of a logit) are in it. Photos not marked `train` where the
// taxon has such. Not thread-safe; `atlas` must outlive it.
class StoredMargins {
 public:
  explicit StoredMargins(const store::Reader& atlas);
  ~StoredMargins();
  StoredMargins(const StoredMargins&) = delete;
  StoredMargins& operator=(const StoredMargins&) = delete;
  double operator()(std::int32_t taxon, std::int32_t rival);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Of a whole atlas.
Confusions confusions_of(const store::Reader& atlas, const ShownMarks& shown, std::size_t most);

}  // namespace differentia

#pragma once

// The plates of many pairs, taxon by taxon: what a taxon's page is made of.

#include <map>
#include <string>
#include <vector>

#include "atlas/plate/plate_record.h"

namespace differentia {

// A pair as its taxon sees it.
struct Rival {
  const PlateRecord* record = nullptr;
  Side side = Side::kA;  // the taxon's own

  const PairTaxon& own() const { return record->pair.taxon(side); }
  const PairTaxon& taxon() const { return record->pair.taxon(other(side)); }
};

// By the taxon's name; each taxon's rivals nearest first: those that the model takes one for the
// other most often, those that it tells apart in the fewest photos, those whose logits lie nearest.
// `records` must outlive the result.
std::map<std::string, std::vector<Rival>> rivals_of_taxa(const std::vector<PlateRecord>& records);

inline constexpr std::size_t kMarksOfRival = 3;  // on a taxon's page

// The rival's first marks that a page has pictures of, at most kMarksOfRival.
std::vector<const MarkPictures*> first_marks(const Rival& rival);

// What the taxon's page calls the mark: its words or a person's; of the rival's marks it says whose
// they are. Markup.
std::string mark_of_rival(const Rival& rival, const Mark& mark);

// The best picture of the taxon among its plates: that of the nearest rival that has one; null
// where none has. `from`: whose it is.
const PlatePicture* portrait(const std::vector<Rival>& rivals, const Rival** from);

// "64 photos in the atlas. Of 64 that it was not trained on the model names 61 rightly."
std::string taxon_sentence(const PairTaxon& taxon);

}  // namespace differentia

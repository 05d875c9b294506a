#pragma once

// The pages of a folder of plates: one for each pair, one for each taxon, and the list of all.
// Where each lies is fixed: pairs/A--B.html, taxa/A.html, index.html, pictures/A--B/….jpg, with
// permanent names (page_names.h).

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "atlas/plate/plate_record.h"
#include "atlas/plate/taxon_rivals.h"

namespace differentia {

// From the folder of all; REQUIRES the picture's pair.
std::string exemplar_file(const PairMarks& pair, Side side);
// `what`: "own", "other" or "against".
std::string patch_file(const PairMarks& pair, const Mark& mark, const std::string& what);

// Calls work(file, picture) for every picture of the pair.
void for_each_file(const PlateRecord& record,
                   const std::function<void(const std::string&, const PlatePicture&)>& work);

std::string pair_html(const PlateRecord& record);
std::string taxon_html(const std::vector<Rival>& rivals);
std::string index_html(const std::map<std::string, std::vector<Rival>>& taxa,
                       const std::vector<PlateRecord>& records);

}  // namespace differentia

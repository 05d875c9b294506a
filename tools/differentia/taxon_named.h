#pragma once

#include <string>

#include "atlas/store/reader.h"

namespace differentia::cli {

// A name as names are compared: lower case, _ as a space.
std::string folded_name(std::string text);

// The one taxon of the atlas that a person means: its id, a whole scientific or common name, or any
// part of one that no other taxon has; _ is a space. Throws UnknownName with the nearest names, and
// InputError where it fits several.
store::TaxonRecord taxon_named(const store::Reader& atlas, const std::string& text);

}  // namespace differentia::cli

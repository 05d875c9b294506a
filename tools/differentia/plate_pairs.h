#pragma once

// Which pairs get plates: of a genus, of a list, of one taxon and its rivals. A pair is named in
// the order of its scientific names, whoever asks for it, so that its page is the same.

#include <cstddef>
#include <string>
#include <vector>

#include "atlas/store/reader.h"
#include "tools/differentia/pair_options.h"

namespace differentia::cli {

struct TaxonPair {
  store::TaxonRecord a, b;
};

TaxonPair in_order(store::TaxonRecord one, store::TaxonRecord two);

// All pairs of the taxa whose scientific name begins with this word, in any case. Taxa that the
// model has no output for are left out. Throws UnknownName, and InputError where it has no two.
std::vector<TaxonPair> pairs_of_genus(const store::Reader& atlas, const std::string& genus);

// Two taxa a line, as on the command line; a first line `a,b` is a header. Each pair once. Throws
// InputError that names the line.
std::vector<TaxonPair> pairs_of_file(const store::Reader& atlas, const std::string& path);

// The taxon with its nearest rivals (atlas/marks/rivals.h), at most `most`. REQUIRES that the model
// is loaded. Throws InputError where the model knows no other that can be compared.
std::vector<TaxonPair> pairs_with_rivals(const PairRequest& request,
                                         const store::TaxonRecord& taxon, std::size_t most);

}  // namespace differentia::cli

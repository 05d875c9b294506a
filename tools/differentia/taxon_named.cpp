#include "tools/differentia/taxon_named.h"

#include <cctype>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"

namespace differentia::cli {
std::string folded_name(std::string text) {
  for (char& c : text)
    c = c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

store::TaxonRecord taxon_named(const store::Reader& atlas, const std::string& text) {
  const auto found = atlas.find_taxa(text);
  std::vector<std::string> names;
  if (found.empty()) {
    for (const auto& record : atlas.taxa()) names.push_back(record.name);
    throw UnknownName::among("taxon", text, names);
  }
  // Whole names and ids come first.
  const auto& first = found.front();
  if (found.size() > 1 && folded_name(first.name) != folded_name(text) &&
      folded_name(first.common_name) != folded_name(text) && std::to_string(first.id) != text) {
    for (std::size_t i = 0; i < found.size() && i < 3; ++i) names.push_back(found[i].name);
    throw InputError(fmt::format("'{}' means {} taxa ({}{}); give more of the name.", text,
                                 found.size(), fmt::join(names, ", "),
                                 found.size() > 3 ? ", …" : ""));
  }
  return first;
}

}  // namespace differentia::cli

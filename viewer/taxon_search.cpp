#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "viewer/catalogue.h"

namespace differentia::viewer {

namespace {

// The plain letters of U+00C0…U+017F, one for each code point; '.' keeps the code point as it is.
constexpr const char* kPlain =
    "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

}  // namespace

std::string folded(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      result.push_back(byte == '_' ? ' ' : static_cast<char>(std::tolower(byte)));
      continue;
    }
    if (byte >= 0xC3 && byte <= 0xC5 && i + 1 < text.size()) {
      const unsigned point =
          (byte & 0x1Fu) << 6 | (static_cast<unsigned char>(text[i + 1]) & 0x3Fu);
      const char plain = kPlain[point - 0xC0];
      if (plain != '.') {
        result.push_back(plain);
        ++i;
        continue;
      }
    }
    result.push_back(text[i]);
  }
  return result;
}

std::vector<std::int32_t> matching_taxa(const TaxonList& list, const std::string& part) {
  const std::string wanted = folded(part);
  std::vector<std::int32_t> found;
  for (std::size_t i = 0; i < list.folded.size(); ++i)
    if (wanted.empty() || list.folded[i].find(wanted) != std::string::npos)
      found.push_back(static_cast<std::int32_t>(i));
  return found;
}

std::int32_t resolve_taxon(const TaxonList& list, const std::string& name) {
  if (!name.empty() &&
      std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) {
    const auto id = name.size() < 10 ? std::stoul(name) : list.taxa.size();
    if (id < list.taxa.size()) return static_cast<std::int32_t>(id);
  }
  const std::string wanted = folded(name);
  const std::vector<std::int32_t> found = matching_taxa(list, name);
  for (const std::int32_t i : found) {
    const store::TaxonRecord& taxon = list.taxa[static_cast<std::size_t>(i)];
    if (folded(taxon.name) == wanted || folded(taxon.common_name) == wanted) return i;
  }
  if (found.size() == 1) return found.front();
  std::vector<std::string> names;
  if (found.empty()) {
    for (const store::TaxonRecord& taxon : list.taxa) names.push_back(taxon.name);
    throw UnknownName::among("taxon", name, names);
  }
  std::string some;
  for (std::size_t i = 0; i < found.size() && i < 3; ++i)
    some += (i ? ", " : "") + list.taxa[static_cast<std::size_t>(found[i])].name;
  throw InputError("“" + name + "” means " + std::to_string(found.size()) + " taxa (" + some +
                   (found.size() > 3 ? ", …" : "") + "); give more of the name.");
}

}  // namespace differentia::viewer

#include "tools/differentia/plate_pairs.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "atlas/csv.h"
#include "atlas/marks/rivals.h"
#include "atlas/store/named_photos.h"
#include "base/error.h"
#include "base/file.h"
#include "tools/differentia/taxon_named.h"

namespace differentia::cli {
namespace {

std::string genus_of(const std::string& name) {
  const std::string folded = folded_name(name);
  return folded.substr(0, folded.find(' '));
}

// As it is written, of a name of two words or more; empty of others.
std::string written_genus(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  const std::size_t space = name.find(' ');
  return space == std::string::npos ? "" : name.substr(0, space);
}

bool known_to_model(const store::TaxonRecord& taxon) {
  return taxon.output >= 0;
}

void check_known(const store::TaxonRecord& taxon) {
  if (!known_to_model(taxon))
    throw InputError(
        fmt::format("The model has no output for {}, and so nothing to tell it by.", taxon.name));
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string::npos ? ""
                                    : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

TaxonPair in_order(store::TaxonRecord one, store::TaxonRecord two) {
  if (two.name < one.name) std::swap(one, two);
  return {std::move(one), std::move(two)};
}

std::vector<TaxonPair> pairs_of_genus(const store::Reader& atlas, const std::string& genus) {
  std::vector<store::TaxonRecord> taxa;
  std::set<std::string> genera;
  std::string without_output;
  for (const store::TaxonRecord& taxon : atlas.taxa()) {
    const std::string written = written_genus(taxon.name);
    if (written.empty()) continue;
    genera.insert(written);
    if (genus_of(taxon.name) != folded_name(genus)) continue;
    if (known_to_model(taxon))
      taxa.push_back(taxon);
    else
      without_output += (without_output.empty() ? "" : ", ") + taxon.name;
  }
  if (taxa.empty() && without_output.empty()) {
    if (genera.empty())
      throw InputError(
          "The atlas has no names of a genus and a species; list pairs in a file: --pairs FILE.");
    throw UnknownName::among("genus", genus, {genera.begin(), genera.end()});
  }
  if (taxa.size() < 2)
    throw InputError(fmt::format(
        "Of the genus {} the atlas has {} that the model knows{}; a pair takes two. List pairs "
        "across genera in a file: --pairs FILE.",
        genus, taxa.empty() ? "no taxon" : "only " + taxa.front().name,
        without_output.empty() ? "" : fmt::format(" (it has no output for {})", without_output)));
  std::sort(taxa.begin(), taxa.end(),
            [](const auto& one, const auto& two) { return one.name < two.name; });
  std::vector<TaxonPair> pairs;
  for (std::size_t i = 0; i < taxa.size(); ++i)
    for (std::size_t j = i + 1; j < taxa.size(); ++j) pairs.push_back({taxa[i], taxa[j]});
  return pairs;
}

std::vector<TaxonPair> pairs_of_file(const store::Reader& atlas, const std::string& path) {
  const std::vector<CsvRow> rows = parse_csv(read_whole_file(path), path);
  std::vector<TaxonPair> pairs;
  std::set<std::pair<std::int32_t, std::int32_t>> seen;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto refuse = [&](const std::string& why) {
      throw FileError(path, fmt::format("{}, line {}: {}", path, rows[i].line, why));
    };
    std::vector<std::string> names = rows[i].fields;
    for (std::string& name : names) name = trimmed(name);
    while (names.size() > 2 && names.back().empty()) names.pop_back();
    if (i == 0 && names.size() == 2 && folded_name(names[0]) == "a" && folded_name(names[1]) == "b")
      continue;
    if (names.size() != 2 || names[0].empty() || names[1].empty())
      refuse("name two taxa, with a comma between them.");
    try {
      store::TaxonRecord one = taxon_named(atlas, names[0]), two = taxon_named(atlas, names[1]);
      if (one.id == two.id) refuse("both mean " + one.name + "; name two different taxa.");
      check_known(one);
      check_known(two);
      if (seen.insert(std::minmax(one.id, two.id)).second)
        pairs.push_back(in_order(std::move(one), std::move(two)));
    } catch (const FileError&) {
      throw;
    } catch (const InputError& error) {
      refuse(error.what());
    }
  }
  if (pairs.empty())
    throw FileError(path, fmt::format("{} names no pair: two taxa a line, with a comma between "
                                      "them.",
                                      path));
  return pairs;
}

std::vector<TaxonPair> pairs_with_rivals(const PairRequest& request,
                                         const store::TaxonRecord& taxon, std::size_t most) {
  check_known(taxon);
  const store::Reader& atlas = request.atlas;
  const std::vector<store::TaxonRecord> taxa = atlas.taxa();
  const auto named = store::named_photos(atlas);
  const auto logits = mean_logits_of(atlas, request.model, taxon.id);
  std::vector<TaxonPair> pairs;
  for (const NearRival& rival : nearest_rivals(taxa, named, taxon.id, logits)) {
    if (pairs.size() == most) break;
    if (!atlas.grid_photos(rival.taxon).empty())
      pairs.push_back(in_order(taxon, taxa[static_cast<std::size_t>(rival.taxon)]));
  }
  if (pairs.empty())
    throw InputError(fmt::format("The atlas has no other taxon to compare {} with.", taxon.name));
  return pairs;
}

}  // namespace differentia::cli

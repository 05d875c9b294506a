#include "atlas/marks/confusions.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/statistics.h"

namespace differentia {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using Pair = std::pair<std::int32_t, std::int32_t>;

Pair pair_of(std::int32_t one, std::int32_t two) {
  return {std::min(one, two), std::max(one, two)};
}

double lower_end(const Count& count) {
  if (count.with == 0) return 0;
  return wilson(static_cast<std::size_t>(count.with), static_cast<std::size_t>(count.of)).low;
}

// NaN after every number.
double sortable(double margin) {
  return std::isnan(margin) ? std::numeric_limits<double>::infinity() : margin;
}

}  // namespace

bool counts_held_out(const std::vector<store::NamedPhotos>& named) {
  return std::any_of(named.begin(), named.end(),
                     [](const store::NamedPhotos& one) { return !one.train; });
}

double confused_at_least(const Count& one, const Count& two) {
  return 0.5 * (lower_end(one) + lower_end(two));
}

double ConfusedPair::least_margin() const {
  if (std::isnan(margin[0])) return margin[1];
  return std::isnan(margin[1]) ? margin[0] : std::min(margin[0], margin[1]);
}

Confusions rank_confusions(const std::vector<store::TaxonRecord>& taxa,
                           const std::vector<store::NamedPhotos>& named, const ShownMarks& shown,
                           std::size_t most, const MarginOf& margin) {
  Confusions result;
  result.held_out = counts_held_out(named);
  std::multimap<std::int32_t, std::int32_t> of_output;  // taxa
  for (const store::TaxonRecord& taxon : taxa)
    if (taxon.output >= 0) of_output.emplace(taxon.output, taxon.id);

  std::vector<int> counted(taxa.size());
  std::vector<char> seen(taxa.size());             // some photo is used, counted or not
  std::map<Pair, int> confused;                    // (of, named as) → photos
  std::map<std::int32_t, TaxonWithoutOutput> odd;  // by taxon
  for (const store::NamedPhotos& one : named) {
    seen.at(static_cast<std::size_t>(one.taxon)) = 1;
    if (one.train == result.held_out) continue;
    const store::TaxonRecord& taxon = taxa.at(static_cast<std::size_t>(one.taxon));
    counted[static_cast<std::size_t>(one.taxon)] += one.photos;
    const auto [first, last] = of_output.equal_range(one.output);
    if (taxon.output < 0) {
      TaxonWithoutOutput& what = odd[taxon.id];
      what.named.of += one.photos;
      if (one.photos > what.named.with) {
        what.named.with = one.photos;
        what.named_as = one.output;
      }
      continue;
    }
    result.photos += one.photos;
    if (one.output == taxon.output) continue;
    result.wrong += one.photos;
    if (first == last) result.strangers += one.photos;
    for (auto rival = first; rival != last; ++rival)
      confused[{taxon.id, rival->second}] += one.photos;
  }

  std::map<Pair, ConfusedPair> pairs;
  const auto add = [&](std::int32_t one, std::int32_t two) {
    const Pair ids = pair_of(one, two);
    ConfusedPair& pair = pairs[ids];
    pair.taxa = {ids.first, ids.second};
  };
  for (const auto& [ids, photos] : confused) add(ids.first, ids.second);
  for (const store::TaxonRecord& taxon : taxa) {
    if (taxon.output < 0) {
      TaxonWithoutOutput& what = odd[taxon.id];
      what.taxon = taxon.id;
      continue;
    }
    if (counted[static_cast<std::size_t>(taxon.id)] == 0) result.uncounted.push_back(taxon.id);
    for (const std::int32_t output : taxon.rivals) {
      const auto [first, last] = of_output.equal_range(output);
      for (auto rival = first; rival != last; ++rival)
        if (seen[static_cast<std::size_t>(rival->second)] != 0) add(taxon.id, rival->second);
    }
    const auto [first, last] = of_output.equal_range(taxon.output);
    for (auto twin = first; twin != last; ++twin)
      if (twin->second > taxon.id) result.one_output.push_back({taxon.id, twin->second});
  }
  for (const auto& [taxon, what] : odd) result.without_output.push_back(what);

  for (auto& [ids, pair] : pairs) {
    for (std::size_t i = 0; i < 2; ++i) {
      const auto found = confused.find({pair.taxa[i], pair.taxa[1 - i]});
      pair.named[i] = {found == confused.end() ? 0 : found->second,
                       counted[static_cast<std::size_t>(pair.taxa[i])]};
    }
    pair.at_least = confused_at_least(pair.named[0], pair.named[1]);
    const auto marks = shown.find(ids);
    if (marks != shown.end()) pair.marks = marks->second;
    result.confused += pair.confused();
    result.pairs.push_back(pair);
  }

  const auto rank = [](const ConfusedPair& pair) {
    return std::make_tuple(-pair.at_least, std::max(0, pair.marks));
  };
  std::sort(result.pairs.begin(), result.pairs.end(), [&](const auto& one, const auto& two) {
    return std::make_tuple(rank(one), one.taxa) < std::make_tuple(rank(two), two.taxa);
  });
  // Margins only order those that rank the same: none is asked for beyond the last that is wanted.
  if (result.pairs.size() > most && most > 0) {
    const auto last = rank(result.pairs[most - 1]);
    const auto beyond = std::find_if(result.pairs.begin(), result.pairs.end(),
                                     [&](const ConfusedPair& pair) { return rank(pair) > last; });
    result.pairs.erase(beyond, result.pairs.end());
  }
  for (ConfusedPair& pair : result.pairs)
    pair.margin = {margin(pair.taxa[0], pair.taxa[1]), margin(pair.taxa[1], pair.taxa[0])};
  std::stable_sort(result.pairs.begin(), result.pairs.end(), [&](const auto& one, const auto& two) {
    return std::make_tuple(rank(one), sortable(one.least_margin())) <
           std::make_tuple(rank(two), sortable(two.least_margin()));
  });
  if (result.pairs.size() > most) result.pairs.resize(most);
  return result;
}

struct StoredMargins::Impl {
  // Of a taxon's whole grids, means over photos.
  struct Means {
    double logit = kNaN;                        // of its own output
    std::map<std::int32_t, double> attributed;  // to each of its targets, summed over positions
    double own_at_zero = kNaN;                  // logit of its own output without any activation
  };

  explicit Impl(const store::Reader& reader) : atlas(reader), taxa(reader.taxa()) {}

  const Means& means_of(std::int32_t taxon) {
    const auto [at, is_new] = means.try_emplace(taxon);
    if (is_new) at->second = work_out(taxon);
    return at->second;
  }

  Means work_out(std::int32_t taxon) const {
    Means result;
    const std::vector<std::int32_t> photos = atlas.grid_photos(taxon);
    const std::int32_t map = atlas.map_of_taxon(taxon);
    const std::int32_t own = taxa.at(static_cast<std::size_t>(taxon)).output;
    if (photos.empty() || map < 0 || own < 0) return result;
    const std::vector<std::int32_t> targets = atlas.map(map).targets;
    const auto values = atlas.grid_attributions(taxon);
    const GridGeometry& grid = atlas.layers().at(0).grid;
    const std::size_t cells =
        static_cast<std::size_t>(grid.height) * static_cast<std::size_t>(grid.width);
    if (targets.empty() || values.size() != photos.size() * cells * targets.size()) return result;
    std::vector<std::size_t> counted, all;
    std::vector<double> logits;
    for (std::size_t i = 0; i < photos.size(); ++i) {
      const store::PhotoRecord record = atlas.photo(photos[i]);
      logits.push_back(record.logit);
      all.push_back(i);
      if (record.split != "train") counted.push_back(i);
    }
    if (counted.empty()) counted = all;
    const double share = 1.0 / static_cast<double>(counted.size());
    std::vector<double> sums(targets.size());
    result.logit = 0;
    for (const std::size_t i : counted) {
      result.logit += share * logits[i];
      for (std::size_t p = i * cells; p < (i + 1) * cells; ++p)
        for (std::size_t t = 0; t < targets.size(); ++t)
          sums[t] += share * static_cast<double>(values[p * targets.size() + t]);
    }
    for (std::size_t t = 0; t < targets.size(); ++t) result.attributed[targets[t]] = sums[t];
    const auto to_own = result.attributed.find(own);
    if (to_own != result.attributed.end()) result.own_at_zero = result.logit - to_own->second;
    return result;
  }

  const store::Reader& atlas;
  std::vector<store::TaxonRecord> taxa;
  std::map<std::int32_t, Means> means;
};

StoredMargins::StoredMargins(const store::Reader& atlas) : impl_(std::make_unique<Impl>(atlas)) {}
StoredMargins::~StoredMargins() = default;

double StoredMargins::operator()(std::int32_t taxon, std::int32_t rival) {
  const Impl::Means& own = impl_->means_of(taxon);
  const auto to_rival = own.attributed.find(impl_->taxa.at(static_cast<std::size_t>(rival)).output);
  if (to_rival == own.attributed.end()) return kNaN;
  return own.logit - to_rival->second - impl_->means_of(rival).own_at_zero;
}

Confusions confusions_of(const store::Reader& atlas, const ShownMarks& shown, std::size_t most) {
  StoredMargins margins(atlas);
  return rank_confusions(
      atlas.taxa(), store::named_photos(atlas), shown, most,
      [&](std::int32_t taxon, std::int32_t rival) { return margins(taxon, rival); });
}

}  // namespace differentia

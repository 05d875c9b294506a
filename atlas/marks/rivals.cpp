#include "atlas/marks/rivals.h"

#include <algorithm>
#include <tuple>

#include "atlas/marks/confusions.h"
#include "atlas/marks/pair_evidence.h"
#include "base/matrix.h"
#include "explain/attribution.h"
#include "explain/grids.h"

namespace differentia {
namespace {

constexpr std::size_t kBatch = 8;  // photos of one pass

Grids grids_of(gsl::span<const Imath::half> values, const store::LayerRecord& layer,
               std::size_t photos) {
  Grids grids;
  grids.photos = static_cast<int>(photos);
  grids.height = layer.grid.height;
  grids.width = layer.grid.width;
  grids.channels = layer.channels;
  grids.values.assign(values.begin(), values.end());
  return grids;
}

}  // namespace

std::vector<NearRival> nearest_rivals(const std::vector<store::TaxonRecord>& taxa,
                                      const std::vector<store::NamedPhotos>& named,
                                      std::int32_t taxon, gsl::span<const double> mean_logits) {
  const store::TaxonRecord& own = taxa.at(static_cast<std::size_t>(taxon));
  const bool held_out = counts_held_out(named);
  std::vector<int> counted(taxa.size()), as_taxon(taxa.size());
  std::vector<int> as_output(mean_logits.size());  // the taxon's photos
  for (const store::NamedPhotos& one : named) {
    if (one.train == held_out) continue;
    const auto of = static_cast<std::size_t>(one.taxon);
    counted.at(of) += one.photos;
    if (one.output == own.output) as_taxon.at(of) += one.photos;
    if (one.taxon == taxon && one.output >= 0)
      as_output.at(static_cast<std::size_t>(one.output)) += one.photos;
  }
  std::vector<NearRival> rivals;
  for (std::size_t t = 0; t < taxa.size(); ++t) {
    if (taxa[t].output < 0 || taxa[t].output == own.output) continue;
    const auto output = static_cast<std::size_t>(taxa[t].output);
    NearRival rival;
    rival.taxon = taxa[t].id;
    rival.named = {as_output.at(output), counted[static_cast<std::size_t>(taxon)]};
    rival.named_back = {as_taxon[t], counted[t]};
    rival.at_least = confused_at_least(rival.named, rival.named_back);
    rival.margin = mean_logits[static_cast<std::size_t>(own.output)] - mean_logits[output];
    rivals.push_back(rival);
  }
  const auto rank = [](const NearRival& rival) {
    const bool counts = rival.named.with + rival.named_back.with >= kLeastConfused;
    return std::make_tuple(counts ? -rival.at_least : 0.0, rival.margin, rival.taxon);
  };
  std::sort(rivals.begin(), rivals.end(),
            [&](const NearRival& one, const NearRival& two) { return rank(one) < rank(two); });
  return rivals;
}

std::vector<double> mean_logits_of(const store::Reader& atlas, std::shared_ptr<const Model> model,
                                   std::int32_t taxon) {
  require_model_of(atlas, *model);
  require_comparable(atlas, atlas.taxon(taxon));
  const std::vector<std::int32_t> photos = atlas.grid_photos(taxon);
  const auto values = atlas.grids(taxon);
  std::vector<bool> counts;
  for (const std::int32_t photo : photos) counts.push_back(atlas.photo(photo).split != "train");
  if (std::none_of(counts.begin(), counts.end(), [](bool is) { return is; }))
    counts.assign(photos.size(), true);
  const store::LayerRecord layer = atlas.layers().at(0);
  const std::size_t size = values.size() / photos.size();
  const TailAttribution tail(model, layer.path);
  std::vector<double> sums(static_cast<std::size_t>(model->outputs()));
  for (std::size_t first = 0; first < photos.size(); first += kBatch) {
    const std::size_t count = std::min(kBatch, photos.size() - first);
    const Matrix outputs =
        tail.outputs(grids_of(values.subspan(first * size, count * size), layer, count));
    for (std::size_t i = 0; i < count; ++i) {
      if (!counts[first + i]) continue;
      const auto row = outputs.row(i);
      for (std::size_t output = 0; output < sums.size(); ++output) sums[output] += row[output];
    }
  }
  const auto counted = static_cast<double>(std::count(counts.begin(), counts.end(), true));
  for (double& sum : sums) sum /= counted;
  return sums;
}

}  // namespace differentia

#include "atlas/build.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "atlas/build_inputs.h"
#include "atlas/build_map.h"
#include "atlas/build_taxon.h"
#include "atlas/store/describe.h"
#include "atlas/store/reader.h"
#include "atlas/store/writer.h"
#include "base/error.h"
#include "base/random.h"

namespace differentia {
namespace {

// What the parts of a map report, as steps of one bar over all maps.
ProgressCallback within_map(const ProgressCallback& progress, std::int64_t done, std::int64_t total,
                            const std::string& name) {
  if (!progress) return {};
  return [=](const Progress& inner) {
    const auto percent =
        inner.total > 0 ? fmt::format(" {} %", inner.done * 100 / inner.total) : "";
    return progress({"mapping", done, total, "maps",
                     fmt::format("{}: {}{}{}{}", name, inner.stage, percent,
                                 inner.item.empty() ? "" : ", ", inner.item)});
  };
}

void collect_taxa(store::Writer& writer, const BuildInputs& inputs, const BuildOptions& options,
                  const ProgressCallback& progress) {
  CollectOptions collect_options = options.collect;
  collect_options.seed = options.seed;
  collect_options.threads = options.threads;
  const auto first = writer.taxa();
  if (first == static_cast<std::int32_t>(inputs.photos.taxa.size())) return;
  collect(
      inputs.photos, inputs.model, inputs.outputs, collect_options,
      [&](TaxonActivations&& taxon) {
        store_taxon(writer, inputs, taxon);
        writer.commit();
      },
      [first](int taxon) { return taxon < first; }, progress);
}

bool any_photo_used(const store::Writer& writer) {
  for (std::int32_t taxon = 0; taxon < writer.taxa(); ++taxon)
    if (writer.taxon(taxon).photos > 0) return true;
  return false;
}

// Nothing can be made of photos none of which could be read: says so, with the first one's reason.
void require_photos(const store::Writer& writer) {
  if (any_photo_used(writer)) return;
  for (std::int32_t taxon = 0; taxon < writer.taxa(); ++taxon)
    for (const auto& photo : writer.photos_of_taxon(taxon))
      throw InputError(fmt::format("None of the {} photos could be used; the first: {}: {}.",
                                   writer.photos(), photo.path, photo.reason));
}

void normalise(store::Writer& writer, const BuildInputs& inputs, const ProgressCallback& progress) {
  for (const auto layer : {kLayer, kDeepLayer}) {
    if (writer.has_normalisation(layer)) continue;
    NormalisationBuilder builder;
    for (std::int32_t taxon = 0; taxon < writer.taxa(); ++taxon) {
      builder.add(stored_positions(writer, inputs, taxon, layer));
      report(progress, {"normalising", layer * writer.taxa() + taxon + 1, 2 * writer.taxa(), "taxa",
                        inputs.photos.taxa[static_cast<std::size_t>(taxon)]});
    }
    const auto normalisation = builder.build();
    writer.set_normalisation(layer, normalisation.centre, normalisation.scale);
    writer.commit();
  }
}

Normalisation stored_normalisation(const store::Writer& writer, std::int32_t layer) {
  return {writer.centre(layer), writer.scale(layer)};
}

LayoutOptions layout_options(LayoutOptions layout, const BuildOptions& options) {
  layout.seed = options.seed;
  layout.threads = options.threads;
  return layout;
}

// The same number of positions of every taxon, at random.
MapJob job_of_all(const store::Writer& writer, const BuildInputs& inputs,
                  const BuildOptions& options) {
  MapJob job;
  job.layer = kDeepLayer;
  job.points = static_cast<std::size_t>(std::max(1, options.points_of_all));
  job.layout = layout_options(options.all_layout, options);
  auto& all = job.positions;
  const auto& layer = inputs.head.layers[kDeepLayer];
  all.channels = layer.channels;
  all.height = layer.grid.height;
  all.width = layer.grid.width;
  const auto channels = static_cast<std::size_t>(layer.channels);
  const auto quota =
      std::max<std::size_t>(1, job.points / static_cast<std::size_t>(std::max(1, writer.taxa())));
  bool attributed = true;
  for (std::int32_t taxon = 0; taxon < writer.taxa(); ++taxon) {
    const auto positions = stored_positions(writer, inputs, taxon, kDeepLayer);
    if (positions.size() == 0) continue;
    attributed = attributed && positions.targets > 0;
    std::vector<std::size_t> order(positions.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (order.size() > quota) {
      Random(options.seed, stream_id("map of all taxa"), static_cast<std::uint32_t>(taxon))
          .shuffle(order);
      order.resize(quota);
      std::sort(order.begin(), order.end());
    }
    for (const auto i : order) {
      all.photo.push_back(positions.photo[i]);
      all.row.push_back(positions.row[i]);
      all.column.push_back(positions.column[i]);
      all.subject.push_back(positions.subject[i]);
      const auto begin = positions.activation.begin() + static_cast<std::ptrdiff_t>(i * channels);
      all.activation.insert(all.activation.end(), begin,
                            begin + static_cast<std::ptrdiff_t>(channels));
      if (attributed)
        all.attribution.push_back(
            positions.attribution[i * static_cast<std::size_t>(positions.targets)]);
    }
    const auto photos = concept_photos(writer, inputs, taxon);
    job.photos.insert(job.photos.end(), photos.begin(), photos.end());
  }
  if (attributed) {
    all.targets = 1;
    job.targets = {-1};
  } else {
    all.attribution.clear();
  }
  return job;
}

// Taxa that the weight of place is taken from, evenly spaced.
constexpr std::int32_t kPlaceTaxa = 64;

double weight_of_place(const store::Writer& writer, const BuildInputs& inputs,
                       const BuildOptions& options, const Normalisation& normalisation,
                       const ProgressCallback& progress) {
  if (options.place_factor == 0) return 0;
  std::vector<double> explained;
  const std::int32_t taxa = std::min(kPlaceTaxa, writer.taxa());
  for (std::int32_t i = 0; i < taxa; ++i) {
    const auto taxon = static_cast<std::int32_t>(std::int64_t{i} * writer.taxa() / taxa);
    report(progress, {"weighing place", i, taxa, "taxa",
                      inputs.photos.taxa[static_cast<std::size_t>(taxon)]});
    const auto positions = stored_positions(writer, inputs, taxon, kLayer);
    const auto photos = concept_photos(writer, inputs, taxon);
    if (positions.grid_photos == 0 || !place_known(positions, photos)) continue;
    explained.push_back(
        explained_by_place(positions, normalisation, photos, inputs.head.layers[kLayer].grid));
  }
  return place_weight(explained, options.place_factor);
}

// Maps of the taxa and the one of all of them.
void map_taxa(store::Writer& writer, const BuildInputs& inputs, const BuildOptions& options,
              const ProgressCallback& progress) {
  const auto total = static_cast<std::int64_t>(writer.taxa()) + (options.points_of_all > 0 ? 1 : 0);
  const auto normalisation = stored_normalisation(writer, kLayer);
  const double place = weight_of_place(writer, inputs, options, normalisation, progress);
  for (std::int32_t taxon = 0; taxon < writer.taxa(); ++taxon) {
    const auto& name = inputs.photos.taxa[static_cast<std::size_t>(taxon)];
    if (writer.has_map(taxon)) continue;
    report(progress, {"mapping", taxon, total, "maps", name});
    MapJob job;
    job.taxon = taxon;
    job.place_weight = place;
    job.positions = stored_positions(writer, inputs, taxon, kLayer);
    job.photos = concept_photos(writer, inputs, taxon);
    job.targets = stored_targets(writer, taxon, job.positions);
    job.points = static_cast<std::size_t>(std::max(1, options.points_per_taxon));
    job.layout = layout_options(options.taxon_layout, options);
    add_map(writer, inputs, options, normalisation, job, within_map(progress, taxon, total, name));
    writer.commit();
  }
  if (options.points_of_all > 0 && !writer.has_map(-1)) {
    report(progress, {"mapping", total - 1, total, "maps", "all taxa"});
    add_map(writer, inputs, options, stored_normalisation(writer, kDeepLayer),
            job_of_all(writer, inputs, options),
            within_map(progress, total - 1, total, "all taxa"));
    writer.commit();
  }
}

BuildReport report_of(const std::string& atlas, const BuildInputs& inputs,
                      const BuildOptions& options, bool resumed) {
  const store::Reader reader(atlas);
  const auto description = store::describe(reader);
  const auto& totals = description.totals;
  BuildReport result;
  result.atlas = atlas;
  result.resumed = resumed;
  result.taxa = reader.taxon_count();
  result.photos_used = totals.photos_used;
  result.tested = totals.tested;
  result.correct = totals.correct;
  result.maps = totals.maps;
  result.points = totals.points;
  result.concepts = totals.concepts;
  result.icons = totals.icons;
  result.atlas_bytes = description.bytes;
  result.grid_bytes_per_taxon =
      grid_bytes_per_taxon(options.collect, inputs.model->layer(inputs.model->card().layer));
  for (const auto& photo : description.repaired)
    result.repaired.push_back({photo.path, photo.reason});
  for (const auto& photo : description.unreadable)
    result.unreadable.push_back({photo.path, photo.reason});
  for (const auto& photo : description.mask_left_out)
    result.notes.push_back(photo.path + ": " + photo.reason);
  std::vector<std::string> untested, unmapped, partly_masked;
  for (const auto& taxon : reader.taxa()) {
    const std::int32_t masked = reader.masked_photos(taxon.id);
    if (masked > 0 && masked < taxon.photos)
      partly_masked.push_back(
          fmt::format("{} ({} of {} photos)", taxon.name, masked, taxon.photos));
    if (taxon.photos > 0 && taxon.tested == 0 && taxon.output >= 0) untested.push_back(taxon.name);
    if (taxon.output < 0) unmapped.push_back(taxon.name);
  }

  for (const auto& taken : inputs.model->card().defaults)
    result.notes.push_back("by default: " + taken);
  const auto some = [](const std::vector<std::string>& names) {
    if (names.size() == 1) return names.front() + " has";
    return fmt::format("{} taxa ({} …) have", names.size(), names.front());
  };
  if (!untested.empty())
    result.notes.push_back(
        fmt::format("{} no photos but those marked train: their prevalence rests on photos "
                    "that the model has learned, and no accuracy is given.",
                    some(untested)));
  if (!partly_masked.empty())
    result.notes.push_back(fmt::format(
        "Only some photos have a subject mask: {}{}. Shares on the subject speak of those photos "
        "alone, and place on the subject does not count in these concepts: give masks to all "
        "photos of a taxon for both.",
        partly_masked.front(),
        partly_masked.size() > 1 ? fmt::format(" and of {} other taxa", partly_masked.size() - 1)
                                 : ""));
  if (!unmapped.empty())
    result.notes.push_back(
        fmt::format("{} no output of the model: nothing is attributed there.", some(unmapped)));
  return result;
}

}  // namespace

std::int64_t grid_bytes_per_taxon(const CollectOptions& options, const LayerInfo& layer) {
  const auto positions =
      static_cast<std::int64_t>(options.grids_per_taxon) * layer.height * layer.width;
  const std::int64_t targets = options.attribute ? options.rivals + 1 : 0;
  return positions * (2 * layer.channels + 4 * targets + 4);
}

BuildReport build(const BuildOptions& options, const ProgressCallback& progress) {
  store::Writer::check_path(options.output, options.replace);
  const auto inputs = read_build_inputs(options);
  store::WriterOptions writer_options;
  writer_options.replace = options.replace;
  bool resumed = false;
  {
    store::Writer writer(options.output, inputs.head, writer_options);
    resumed = writer.resumed();
    if (!writer.whole()) {
      try {
        collect_taxa(writer, inputs, options, progress);
        require_photos(writer);
      } catch (const DiskFull&) {
        throw;
      } catch (const InputError&) {
        // What is wrong with the input is no build begun: another command must not trip over it.
        if (!any_photo_used(writer)) writer.discard();
        throw;
      }
      normalise(writer, inputs, progress);
      map_taxa(writer, inputs, options, progress);
    }
    report(progress, {"finishing", 0, 0, "", ""});
    writer.finish();
  }
  return report_of(options.output, inputs, options, resumed);
}

}  // namespace differentia

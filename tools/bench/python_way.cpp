#include "tools/bench/python_way.h"

#include <chrono>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "atlas/collect.h"
#include "atlas/concepts.h"
#include "atlas/layout.h"
#include "atlas/neighbours.h"
#include "atlas/normalisation.h"
#include "atlas/photo_set.h"
#include "base/error.h"
#include "tools/bench/command_output.h"

namespace differentia {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Seconds {
  double network = 0, cluster = 0, layout = 0;
};

// What `differentia build` does between the photos and the store, timed stage by stage.
Seconds our_way(const PhotoSet& photos, const std::string& model_path, int threads,
                const ProgressCallback& progress) {
  const auto model = Model::load(model_path);
  std::vector<int> outputs;
  for (std::size_t taxon = 0; taxon < photos.taxa.size(); ++taxon)
    outputs.push_back(static_cast<int>(taxon));
  CollectOptions options;
  options.threads = threads;
  options.rivals = 0;  // Python attributes to the taxon's own output alone
  options.grids_per_taxon = static_cast<int>(photos.photos.size());
  Seconds seconds;
  std::vector<TaxonActivations> taxa;
  const double start = now();
  collect(
      photos, model, outputs, options,
      [&](TaxonActivations&& taxon) { taxa.push_back(std::move(taxon)); }, {}, progress);
  seconds.network = now() - start;

  NormalisationBuilder builder;
  for (const TaxonActivations& taxon : taxa) builder.add(taxon.layer);
  const Normalisation normalisation = builder.build();
  for (const TaxonActivations& taxon : taxa) {
    std::vector<ConceptPhoto> infos;
    for (const std::int32_t photo : taxon.photos) {
      ConceptPhoto info;
      info.photo = photo;
      info.observation = photo;
      info.geometry = input_geometry(model->card().input, {320, 240});
      infos.push_back(info);
    }
    double before = now();
    find_concepts(taxon.layer, normalisation, infos, model->layer(model->card().layer).grid, {},
                  progress);
    seconds.cluster += now() - before;
    before = now();
    LayoutOptions layout = LayoutOptions::one_taxon();
    layout.threads = threads;
    lay_out(normalisation.apply(taxon.layer), layout, progress);
    seconds.layout += now() - before;
  }
  return seconds;
}

}  // namespace

std::vector<BenchRow> bench_python_way(const PythonWayOptions& options,
                                       const ProgressCallback& progress) {
  const PhotoSet photos = read_photo_set(options.photos);
  std::filesystem::create_directories(options.scratch);
  output_of(fmt::format("'{}' '{}' export '{}' {}", options.python, options.script, options.scratch,
                        photos.taxa.size()));
  const Seconds ours = our_way(photos, options.scratch + "/model.pt", options.threads, progress);
  const std::string text = output_of(
      fmt::format("OMP_WAIT_POLICY=passive '{}' -W ignore '{}' run '{}' '{}' {}", options.python,
                  options.script, options.scratch, options.photos, options.threads));
  const auto python = nlohmann::json::parse(text, nullptr, false);
  if (python.is_discarded()) {
    throw InputError(
        "The Python way did not run; install python3-torchvision, python3-faiss and umap-learn.");
  }
  const double network = python["forward"].get<double>() + python["attribute"].get<double>();
  const double cluster = python["cluster"], layout = python["layout"], total = python["total"];
  const std::string n = fmt::format("{} photos, {} taxa, {} threads", photos.photos.size(),
                                    photos.taxa.size(), options.threads);
  const auto row = [&](const std::string& name, double theirs, double own,
                       std::optional<double> target) {
    return BenchRow{"Python way / ours: " + name,
                    theirs / own,
                    "×",
                    target,
                    target && theirs / own >= *target,
                    fmt::format("{:.1f} s / {:.1f} s; {}", theirs, own, n)};
  };
  return {row("decode, forward, attribute", network, ours.network, 1.5),
          row("layout", layout, ours.layout, 3),
          row("cluster (ours chooses the number)", cluster, ours.cluster, std::nullopt),
          row("end to end", total, ours.network + ours.cluster + ours.layout, std::nullopt)};
}

}  // namespace differentia

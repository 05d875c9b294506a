// differentia build: photos and a model in, an atlas out.

#include "atlas/build.h"

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "tools/differentia/checks.h"
#include "tools/differentia/target_options.h"
#include "tools/differentia/verbs.h"

namespace differentia::cli {
namespace {

struct Flags {
  BuildOptions options;
  ModelFlags model;
  std::string icons = "photo";
  bool no_attribution = false;
};

using nlohmann::ordered_json;

ordered_json remarks_json(const std::vector<PhotoRemark>& remarks) {
  ordered_json json = ordered_json::array();
  for (const PhotoRemark& remark : remarks)
    json.push_back(ordered_json{{"photo", remark.path}, {"reason", remark.reason}});
  return json;
}

int build_atlas(Console& console, Flags& flags) {
  BuildOptions& options = flags.options;
  options.model = flags.model.model;
  options.model_options = flags.model.options;
  options.icons = flags.icons == "optimised" ? IconKind::kOptimised : IconKind::kPhoto;
  options.collect.attribute = !flags.no_attribution;
  const BuildReport report = build(options, console.progress());
  for (const std::string& note : report.notes) console.remark(note);

  if (console.json()) {
    console.print_json(
        ordered_json{{"atlas", report.atlas},
                     {"taxa", report.taxa},
                     {"photos",
                      {{"used", report.photos_used},
                       {"repaired", remarks_json(report.repaired)},
                       {"unreadable", remarks_json(report.unreadable)}}},
                     {"accuracy", {{"tested", report.tested}, {"correct", report.correct}}},
                     {"maps", report.maps},
                     {"points", report.points},
                     {"concepts", report.concepts},
                     {"icons", report.icons},
                     {"grid_bytes_per_taxon", report.grid_bytes_per_taxon},
                     {"bytes", report.atlas_bytes},
                     {"resumed", report.resumed},
                     {"notes", report.notes}});
    return 0;
  }
  for (const PhotoRemark& remark : report.repaired)
    console.print(fmt::format("repaired    {}: {}", remark.path, remark.reason));
  for (const PhotoRemark& remark : report.unreadable) {
    console.print(fmt::format("unreadable  {}: {}", remark.path, remark.reason));
  }
  console.print(fmt::format("{} photos of {} taxa used, {} unreadable; {} concepts, {} points.",
                            report.photos_used, report.taxa, report.unreadable.size(),
                            report.concepts, report.points));
  if (report.tested > 0) {
    console.print(fmt::format(
        "The model names {} of {} photos not marked train rightly ({:.1f} %).", report.correct,
        report.tested,
        100.0 * static_cast<double>(report.correct) / static_cast<double>(report.tested)));
  }
  console.print(fmt::format(
      "{} is ready: {:.1f} MB, of it up to {:.1f} MB of grids a taxon.\nBrowse it with: "
      "differentia view {} --model {}",
      report.atlas, static_cast<double>(report.atlas_bytes) / 1e6,
      static_cast<double>(report.grid_bytes_per_taxon) / 1e6, report.atlas, options.model));
  return 0;
}

}  // namespace

Verb build_verb() {
  return {"build", kBuildSummary, [](CLI::App& app) -> Action {
            auto flags = std::make_shared<Flags>();
            BuildOptions& options = flags->options;
            app.add_option("atlas", options.output, "NAME.atlas to make")
                ->required()
                ->type_name("ATLAS");
            app.add_option("--photos", options.photos,
                           "A folder per taxon, or a CSV with the columns photo,taxon,…")
                ->required();
            flags->model.add_to(app, true);
            app.add_flag("--replace", options.replace, "Replace an atlas that is there already");
            app.add_option("--seed", options.seed, "Of everything random")->capture_default_str();
            app.add_option("--threads", options.threads,
                           "Workers; 0: all cores. The atlas does not depend on it")
                ->check(at_least(0))
                ->capture_default_str();
            const std::string evidence = "Evidence", map = "Map";
            app.add_option("--photos-per-taxon", options.photos_per_taxon,
                           "At most, spread over observations; 0: all")
                ->check(at_least(0))
                ->capture_default_str()
                ->group(evidence);
            app.add_option("--grids-per-taxon", options.collect.grids_per_taxon,
                           "Photos of a taxon whose whole grid is kept")
                ->check(at_least(0))
                ->capture_default_str()
                ->group(evidence);
            app.add_option("--samples-per-photo", options.collect.samples_per_photo,
                           "Positions kept of each further photo")
                ->check(at_least(0))
                ->capture_default_str()
                ->group(evidence);
            app.add_option("--deep-per-photo", options.collect.deep_per_photo,
                           "Positions kept of each photo at the deep layer")
                ->check(at_least(1))
                ->capture_default_str()
                ->group(evidence);
            app.add_option("--rivals", options.collect.rivals,
                           "Strongest rivals attributed besides the taxon's own output")
                ->check(at_least(0))
                ->capture_default_str()
                ->group(evidence);
            app.add_flag("--no-attribution", flags->no_attribution,
                         "Leave attribution out: much faster, concepts by prevalence only")
                ->group(evidence);
            app.add_option("--min-concepts", options.concepts.min_concepts, "Of a taxon")
                ->check(at_least(1))
                ->capture_default_str()
                ->group(evidence);
            app.add_option("--max-concepts", options.concepts.max_concepts, "Of a taxon")
                ->check(at_least(1))
                ->capture_default_str()
                ->group(evidence);
            app.add_option(
                   "--place", options.place_factor,
                   "How much place on the subject weighs in concepts, times the share of the "
                   "activations' variance that it explains; 0: not at all")
                ->capture_default_str()
                ->check(not_negative())
                ->group(evidence);
            app.add_option("--exemplars", options.concepts.exemplars,
                           "Of a concept at most, each of another observation")
                ->check(at_least(0))
                ->capture_default_str()
                ->group(evidence);
            app.add_option("--points-per-taxon", options.points_per_taxon,
                           "Positions laid out on a taxon's map, at most")
                ->check(at_least(1))
                ->capture_default_str()
                ->group(map);
            app.add_option("--points-of-all", options.points_of_all,
                           "The same of the map of all taxa; 0: no such map")
                ->check(at_least(0))
                ->capture_default_str()
                ->group(map);
            app.add_option("--icons", flags->icons,
                           "photo: patches; optimised: feature visualisation for concepts and "
                           "coarse cells (about a second each on one core)")
                ->check(CLI::IsMember({"photo", "optimised"}))
                ->capture_default_str()
                ->group(map);
            app.add_option("--icon-cells", options.icon_cells,
                           "Grid positions along a side of an icon's patch")
                ->capture_default_str()
                ->group(map);
            return [flags](Console& console) { return build_atlas(console, *flags); };
          }};
}

}  // namespace differentia::cli

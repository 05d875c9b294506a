// differentia info: what an atlas holds, and whether it is whole.

#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "atlas/store/describe.h"
#include "base/error.h"
#include "tools/differentia/verbs.h"

namespace differentia::cli {
namespace {

using nlohmann::ordered_json;

struct Flags {
  std::string atlas;
  std::string taxon;
  bool verify = false;
};

ordered_json estimate_json(const Estimate& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

ordered_json prevalence_json(const store::ConceptRecord& c) {
  ordered_json json = estimate_json(c.prevalence);
  json["with"] = c.prevalence_with;
  json["of"] = c.prevalence_of;
  json["held_out"] = c.prevalence_held_out;
  return json;
}

// "3 of 10 held-out observations"
std::string counts_text(const store::ConceptRecord& c) {
  return fmt::format("{} of {} {} observations", c.prevalence_with, c.prevalence_of,
                     c.prevalence_held_out ? "held-out" : "train");
}

std::string share_text(const store::ConceptRecord& c) {
  if (std::isnan(c.subject_share)) return "unknown";
  return fmt::format("{:.0f} %  ({:.0f}–{:.0f})", 100 * c.subject_share, 100 * c.subject_share_low,
                     100 * c.subject_share_high);
}

ordered_json concept_json(const store::ConceptRecord& c) {
  return {{"number", c.number},
          {"prevalence", prevalence_json(c)},
          {"attribution", estimate_json(c.attribution)},
          {"positions", c.positions},
          {"observations", c.observations},
          {"threshold", c.threshold},
          {"subject_share",
           estimate_json({c.subject_share, c.subject_share_low, c.subject_share_high})},
          {"place", {{"x", c.place_x}, {"y", c.place_y}, {"on_subject", c.place_on_subject}}}};
}

void verify(Console& console, const store::Reader& atlas) {
  const std::vector<std::string> damage = atlas.verify();
  if (damage.empty()) return;
  for (std::size_t i = 1; i < damage.size(); ++i) console.remark(damage[i]);
  throw InputError(damage.front() + " Build the atlas again, or fetch it again.");
}

int info(Console& console, const Flags& flags) {
  const store::Reader atlas(flags.atlas);
  if (flags.verify) verify(console, atlas);

  const store::Description description = store::describe(atlas);
  const store::Provenance& provenance = description.provenance;
  const store::Totals& totals = description.totals;
  const auto& repaired = description.repaired;
  const auto& unreadable = description.unreadable;
  std::vector<store::TaxonRecord> shown;
  if (!flags.taxon.empty()) {
    shown = atlas.find_taxa(flags.taxon);
    if (shown.empty()) {
      std::vector<std::string> names;
      for (const auto& taxon : atlas.taxa()) names.push_back(taxon.name);
      throw UnknownName::among("taxon", flags.taxon, names);
    }
  }

  if (console.json()) {
    ordered_json layers = ordered_json::array(), listed = ordered_json::array(),
                 lost = ordered_json::array();
    for (const auto& layer : atlas.layers()) {
      layers.push_back(ordered_json{{"path", layer.path},
                                    {"role", layer.role},
                                    {"channels", layer.channels},
                                    {"height", layer.grid.height},
                                    {"width", layer.grid.width}});
    }
    for (const auto& photo : unreadable)
      lost.push_back(ordered_json{{"photo", photo.path}, {"reason", photo.reason}});
    ordered_json unmasked = ordered_json::array();
    for (const auto& photo : description.mask_left_out)
      unmasked.push_back(ordered_json{{"photo", photo.path}, {"reason", photo.reason}});
    for (const auto& taxon : shown) {
      ordered_json rows = ordered_json::array();
      const std::int32_t map = atlas.map_of_taxon(taxon.id);
      if (map >= 0) {
        for (const auto& record : atlas.concepts(map)) rows.push_back(concept_json(record));
      }
      listed.push_back(ordered_json{{"id", taxon.id},
                                    {"name", taxon.name},
                                    {"photos", taxon.photos},
                                    {"masked", atlas.masked_photos(taxon.id)},
                                    {"concepts", rows}});
    }
    ordered_json result{
        {"atlas", flags.atlas},
        {"hash", atlas.hash()},
        {"bytes", description.bytes},
        {"taxa", atlas.taxon_count()},
        {"photos",
         {{"used", totals.photos_used},
          {"repaired", repaired.size()},
          {"unreadable", lost},
          {"masked", atlas.masked_photos(-1)},
          {"mask_left_out", unmasked}}},
        {"accuracy", {{"tested", totals.tested}, {"correct", totals.correct}}},
        {"concepts", totals.concepts},
        {"points", totals.points},
        {"layers", layers},
        {"model", {{"name", provenance.model_name}, {"sha256", provenance.model_sha256}}},
        {"seed", provenance.seed},
        {"version", provenance.program_version},
        {"options", ordered_json::parse(provenance.options, nullptr, false)}};
    if (!flags.taxon.empty()) result["found"] = listed;
    if (flags.verify) result["whole"] = true;
    console.print_json(result);
    return 0;
  }

  console.print(fmt::format("{}  ({:.1f} MB)\n  model       {}\n  SHA-256     {}", flags.atlas,
                            static_cast<double>(description.bytes) / 1e6, provenance.model_name,
                            provenance.model_sha256));
  for (const auto& layer : atlas.layers()) {
    console.print(fmt::format("  {:<10}  {}: {} channels at {}×{} positions",
                              layer.role == "layer" ? "layer" : "deep layer", layer.path,
                              layer.channels, layer.grid.height, layer.grid.width));
  }
  const std::int32_t masked = atlas.masked_photos(-1);
  console.print(
      fmt::format("  taxa        {}\n  photos      {} used, of them {} repaired; {} unreadable",
                  atlas.taxon_count(), totals.photos_used, repaired.size(), unreadable.size()));
  console.print(fmt::format("  masks       {}", masked == 0 ? "of no photo"
                                                : masked == totals.photos_used
                                                    ? "of all photos"
                                                    : fmt::format("of {} photos", masked)));
  console.print(totals.tested > 0
                    ? fmt::format("  accuracy    {:.1f} % of {} photos not marked train",
                                  100.0 * static_cast<double>(totals.correct) /
                                      static_cast<double>(totals.tested),
                                  totals.tested)
                    : std::string("  accuracy    unknown: every photo is marked train"));
  console.print(fmt::format("  concepts    {}\n  points      {}\n  seed        {}, version {}",
                            totals.concepts, totals.points, provenance.seed,
                            provenance.program_version));
  if (flags.verify) console.print("  whole       every byte is as it was written");
  for (const auto& photo : repaired)
    console.print(fmt::format("  repaired    {}: {}", photo.path, photo.reason));
  for (const auto& photo : unreadable)
    console.print(fmt::format("  unreadable  {}: {}", photo.path, photo.reason));
  for (const auto& photo : description.mask_left_out)
    console.print(fmt::format("  no mask     {}: {}", photo.path, photo.reason));
  for (const auto& taxon : shown) {
    const std::int32_t with_mask = atlas.masked_photos(taxon.id);
    console.print(
        fmt::format("\n{}  ({} photos{})", taxon.name, taxon.photos,
                    with_mask > 0 && with_mask < taxon.photos
                        ? fmt::format("; on the subject: of the {} with a mask alone", with_mask)
                        : ""));
    const std::int32_t map = atlas.map_of_taxon(taxon.id);
    if (map < 0) continue;
    console.print(
        "  concept  prevalence                                     attribution, logits         on "
        "the subject");
    for (const auto& record : atlas.concepts(map)) {
      console.print(fmt::format(
          "  {:>7}  {:5.1f} %  ({:3.0f}–{:3.0f})  {:<33}  {:+7.3f}  ({:+.3f} to {:+.3f})  {}",
          record.number, 100 * record.prevalence.value, 100 * record.prevalence.low,
          100 * record.prevalence.high, counts_text(record), record.attribution.value,
          record.attribution.low, record.attribution.high, share_text(record)));
    }
  }
  return 0;
}

}  // namespace

Verb info_verb() {
  return {"info", kInfoSummary, [](CLI::App& app) -> Action {
            auto flags = std::make_shared<Flags>();
            app.add_option("atlas", flags->atlas, "NAME.atlas")->required()->type_name("ATLAS");
            app.add_option("--taxon", flags->taxon,
                           "Also the concepts of the taxa whose name contains this");
            app.add_flag("--verify", flags->verify, "Read every byte and compare with SHA256SUMS");
            return [flags](Console& console) { return info(console, *flags); };
          }};
}

}  // namespace differentia::cli

// differentia model FILE: layers, shapes, card; --check PHOTOS compares cards.

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "atlas/collect.h"
#include "atlas/photo_set.h"
#include "base/error.h"
#include "explain/model_check.h"
#include "tools/differentia/checks.h"
#include "tools/differentia/target_options.h"
#include "tools/differentia/verbs.h"

namespace differentia::cli {
namespace {

struct Flags {
  ModelFlags model;
  std::string check;
  bool all_layers = false;
  CheckOptions check_options;
};

using nlohmann::ordered_json;

ordered_json layer_json(const LayerInfo& layer) {
  return {{"path", layer.path},
          {"channels", layer.channels},
          {"height", layer.height},
          {"width", layer.width},
          {"candidate", layer.candidate}};
}

void describe(Console& console, const Model& model, bool all_layers) {
  const ModelCard& card = model.card();
  console.print(fmt::format(
      "{}\n  outputs     {}{}\n  input       {}×{}\n  layer       {}\n  deep layer  {}\n  SHA-256  "
      "   {}\n",
      card.name.empty() ? model.path() : card.name, model.outputs(),
      model.softmaxed() ? " (probabilities: their logarithms are explained)" : "",
      card.input.size.width, card.input.size.height, card.layer, card.deep_layer, model.sha256()));
  for (const std::string& sentence : card.defaults) console.print("  by default: " + sentence);
  if (!card.defaults.empty()) console.print(std::string());
  std::size_t width = 5;
  for (const LayerInfo& layer : model.layers()) {
    if (all_layers || layer.candidate) width = std::max(width, layer.path.size());
  }
  // Without --all every layer listed is a candidate.
  console.print(fmt::format("  {:<{}}  {:>8}  {:>7}{}", "layer", width, "channels", "grid",
                            all_layers ? "  candidate" : ""));
  for (const LayerInfo& layer : model.layers()) {
    if (!all_layers && !layer.candidate) continue;
    const std::string grid =
        layer.height > 0 ? fmt::format("{}×{}", layer.height, layer.width) : "-";
    // "×" takes two bytes and one column
    console.print(fmt::format("  {:<{}}  {:>8}  {:>{}}{}", layer.path, width, layer.channels, grid,
                              grid == "-" ? 7 : 8,
                              !all_layers       ? ""
                              : layer.candidate ? "  yes"
                                                : "  no"));
  }
  if (!all_layers)
    console.print(
        "\n  Only candidate layers (every path to the outputs passes through them); --all lists "
        "the others.");
}

ordered_json describe_json(const Model& model) {
  ordered_json layers = ordered_json::array();
  for (const LayerInfo& layer : model.layers()) layers.push_back(layer_json(layer));
  return {{"model", model.path()},
          {"sha256", model.sha256()},
          {"outputs", model.outputs()},
          {"softmaxed", model.softmaxed()},
          {"card", ordered_json::parse(card_json(model.card()))},
          {"defaults", model.card().defaults},
          {"layers", layers}};
}

// One sentence: whether the card is right, or what to change.
std::string advice(const CheckResult& result) {
  const CheckRow& best = result.rows.front();
  if (best.is_card) return "No usual alternative does better: the card seems right.";
  const auto card = std::find_if(result.rows.begin(), result.rows.end(),
                                 [](const CheckRow& row) { return row.is_card; });
  if (best.accuracy.low <= card->accuracy.high) {
    return fmt::format("The card seems right; \"{}\" does no better than chance allows.",
                       best.description);
  }
  return fmt::format(
      "Under \"{}\" the model is right far more often: the card is probably wrong there.",
      best.description);
}

int check(Console& console, const Flags& flags) {
  const auto model = flags.model.load();
  const PhotoSet photos = read_photo_set(flags.check);
  const std::vector<int> outputs = outputs_of_taxa(photos, model->card(), model->outputs());
  const bool held_out = std::any_of(photos.photos.begin(), photos.photos.end(),
                                    [](const PhotoEntry& photo) { return photo.split != "train"; });
  std::vector<std::pair<std::string, int>> labelled;
  for (const PhotoEntry& photo : photos.photos) {
    const int output = outputs[static_cast<std::size_t>(photo.taxon)];
    if (output >= 0 && !(held_out && photo.split == "train"))
      labelled.emplace_back(photos.root + "/" + photo.path, output);
  }
  const CheckResult result = model_check(model, labelled, flags.check_options, console.progress());

  if (console.json()) {
    ordered_json rows = ordered_json::array(), lost = ordered_json::array();
    for (const CheckRow& row : result.rows) {
      rows.push_back(ordered_json{{"card", row.description},
                                  {"accuracy", row.accuracy.value},
                                  {"low", row.accuracy.low},
                                  {"high", row.accuracy.high},
                                  {"photos", row.photos},
                                  {"yours", row.is_card}});
    }
    for (const auto& [photo, reason] : result.unreadable)
      lost.push_back(ordered_json{{"photo", photo}, {"reason", reason}});
    ordered_json all = describe_json(*model);
    all["check"] = {{"photos", flags.check},
                    {"held_out", held_out},
                    {"rows", rows},
                    {"unreadable", lost},
                    {"advice", advice(result)}};
    console.print_json(all);
    return 0;
  }
  console.print(fmt::format(
      "Accuracy over {} photos{}:\n", result.rows.front().photos,
      held_out ? " not marked train" : " (all marked train: a held-out set would tell more)"));
  for (const CheckRow& row : result.rows) {
    console.print(fmt::format("  {} {:5.1f} %  ({:.0f}–{:.0f})  {}", row.is_card ? "►" : " ",
                              100 * row.accuracy.value, 100 * row.accuracy.low,
                              100 * row.accuracy.high, row.description));
  }
  for (const auto& [photo, reason] : result.unreadable)
    console.print(fmt::format("  left out: {}: {}", photo, reason));
  console.print("\n" + advice(result));
  return 0;
}

}  // namespace

Verb model_verb() {
  return {"model", kModelSummary, [](CLI::App& app) -> Action {
            auto flags = std::make_shared<Flags>();
            app.add_option("model", flags->model.model, "TorchScript file")
                ->required()
                ->type_name("MODEL");
            app.add_option("--card", flags->model.options.card,
                           "Model card to use instead of the one beside the model");
            app.add_option("--device", flags->model.options.device, "cpu, cuda or cuda:N")
                ->capture_default_str();
            app.add_flag("--all", flags->all_layers, "List every layer, not only the candidates");
            app.add_option("--check", flags->check,
                           "Photo set: accuracy under this card and under the usual alternatives");
            app.add_option("--photos", flags->check_options.photos, "Photos that --check looks at")
                ->check(at_least(1))
                ->capture_default_str();
            app.add_option("--threads", flags->check_options.threads, "Worker threads of --check")
                ->check(at_least(1))
                ->capture_default_str();
            return [flags](Console& console) {
              if (!flags->check.empty()) return check(console, *flags);
              const auto model = flags->model.load();
              if (console.json()) {
                console.print_json(describe_json(*model));
              } else {
                describe(console, *model, flags->all_layers);
              }
              return 0;
            };
          }};
}

}  // namespace differentia::cli

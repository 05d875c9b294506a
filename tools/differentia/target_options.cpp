#include "tools/differentia/target_options.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "atlas/store/concept_direction.h"
#include "base/error.h"
#include "tools/differentia/checks.h"
#include "tools/differentia/taxon_named.h"

namespace differentia::cli {
namespace {

// "1.5", "−0.5": as short as it is.
std::string weight_text(double weight) {
  std::string text = fmt::format("{:.3g}", std::abs(weight));
  return (weight < 0 ? "−" : "") + text;
}

double weight_of(const std::string& text, const std::string& term) {
  double weight = 0;
  if (!CLI::detail::lexical_cast(text, weight) || !std::isfinite(weight)) {
    throw InputError(fmt::format(
        "'{}' is no weight of an output; write --weights as LABEL=NUMBER,LABEL=NUMBER.", term));
  }
  return weight;
}

NamedTarget weighted(const Model& model, const std::string& text) {
  NamedTarget result;
  result.logits = true;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string term = text.substr(start, end - start);
    start = end + 1;
    const std::size_t sign = term.rfind('=');
    if (sign == std::string::npos) weight_of({}, term);
    const int output = output_named(model.card(), model.outputs(), term.substr(0, sign));
    const double weight = weight_of(term.substr(sign + 1), term);
    for (const auto& [other, its] : result.target.weights) {
      if (other == output)
        throw InputError(fmt::format("--weights has {} twice.", output_name(model.card(), output)));
    }
    result.target.weights.emplace_back(output, weight);
    result.name += (result.name.empty() ? "" : " + ") + weight_text(weight) + " · " +
                   output_name(model.card(), output);
  }
  if (std::all_of(result.target.weights.begin(), result.target.weights.end(),
                  [](const auto& term) { return term.second == 0; }))
    throw InputError("All --weights are 0: there is nothing to explain.");
  return result;
}

NamedTarget against_rivals(const Model& model, int output, gsl::span<const float> outputs,
                           int rivals) {
  NamedTarget result;
  result.logits = true;
  result.target = Target::against_rivals(output, outputs, rivals);
  std::vector<std::string> names;
  for (const auto& [rival, weight] : result.target.weights) {
    if (rival != output)
      names.push_back(
          fmt::format("{} ({:.0f} %)", output_name(model.card(), rival), -100 * weight));
  }
  result.name = fmt::format("{} against {}", output_name(model.card(), output),
                            fmt::join(names.begin(), names.end(), ", "));
  return result;
}

std::int32_t map_of(const store::Reader& atlas, const std::string& taxon) {
  if (taxon == "all") {
    const std::int32_t map = atlas.map_of_taxon(-1);
    if (map < 0) throw InputError("The atlas has no map of all taxa; name a taxon.");
    return map;
  }
  const store::TaxonRecord first = taxon_named(atlas, taxon);
  const std::int32_t map = atlas.map_of_taxon(first.id);
  if (map < 0)
    throw InputError(fmt::format("The atlas has no map of {}, and so no concepts.", first.name));
  return map;
}

NamedTarget of_concept(const Model& model, const std::vector<std::string>& words) {
  const std::string &path = words[0], &taxon = words[1];
  int number = -1;
  if (!CLI::detail::lexical_cast(words[2], number) || number < 0) {
    throw InputError(fmt::format(
        "'{}' is no number of a concept; write --concept ATLAS TAXON NUMBER.", words[2]));
  }
  const store::Reader atlas(path);
  const store::Provenance& made = atlas.provenance();
  if (made.model_sha256 != model.sha256()) {
    throw InputError(fmt::format(
        "The concepts of '{}' are those of another model ({}, SHA-256 {:.12}…), which '{}' is not "
        "(SHA-256 {:.12}…); give that one.",
        path, made.model_name, made.model_sha256, model.path(), model.sha256()));
  }
  const std::int32_t map = map_of(atlas, taxon);
  const auto direction = store::concept_direction(atlas, map, number);
  const store::MapRecord record = atlas.map(map);
  NamedTarget result;
  result.target =
      Target::direction(direction.layer, direction.direction, direction.centre, direction.scale);
  result.name = fmt::format("concept {} of {}", number,
                            record.taxon < 0 ? "all taxa" : atlas.taxon(record.taxon).name);
  return result;
}

// Each two of these say different things.
void require_one_kind(const TargetFlags& flags) {
  const std::vector<std::pair<const char*, bool>> given{
      {"--target", !flags.target.empty()},      {"--against", !flags.against.empty()},
      {"--against-rivals", flags.rivals > 0},   {"--weights", !flags.weights.empty()},
      {"--concept", !flags.of_concept.empty()},
  };
  for (std::size_t a = 0; a < given.size(); ++a) {
    for (std::size_t b = a + 1; b < given.size(); ++b) {
      const bool go_together = a == 0 && (b == 1 || b == 2);
      if (given[a].second && given[b].second && !go_together)
        throw InputError(fmt::format("{} and {} do not go together; leave one out.", given[a].first,
                                     given[b].first));
    }
  }
}

}  // namespace

void TargetFlags::add_to(CLI::App& app) {
  app.add_option("--target", target,
                 "Label, part of a label or output number (default: the model's first answer)")
      ->group("Target");
  app.add_option("--against", against,
                 "Explain the difference of the target's logit and this one's (where this is the "
                 "model's first answer, the target is by default its second)")
      ->group("Target");
  app.add_option("--against-rivals", rivals,
                 "Explain the target against its N nearest rivals in this photo, weighted by their "
                 "softmax (default: 3)")
      ->expected(0, 1)
      ->default_str("3")
      ->check(at_least(1))
      ->type_name("N")
      ->group("Target");
  app.add_option("--weights", weights,
                 "Explain a weighted sum of logits: Granella rufa=1,Granella nigra=-0.5")
      ->type_name("LABEL=NUMBER,...")
      ->group("Target");
  app.add_option("--concept", of_concept,
                 "Ask where in the photo this concept of an atlas is (TAXON all: of the map of all "
                 "taxa); maps are made at the concept's layer")
      ->expected(3)
      ->type_name("ATLAS TAXON NUMBER")
      ->group("Target");
}

TargetPlan target_plan(const Model& model, const TargetFlags& flags) {
  require_one_kind(flags);
  const ModelCard& card = model.card();
  if (!flags.weights.empty()) {
    return {false, [named = weighted(model, flags.weights)](auto) { return named; }};
  }
  if (!flags.of_concept.empty()) {
    return {false, [named = of_concept(model, flags.of_concept)](auto) { return named; }};
  }
  const int wanted = flags.target.empty() ? -1 : output_named(card, model.outputs(), flags.target);
  const int against =
      flags.against.empty() ? -1 : output_named(card, model.outputs(), flags.against);
  if (model.outputs() == 1 && flags.rivals > 0)
    throw InputError("The model has one output and so no rivals; explain the output itself.");
  if (card.head == Head::kRegression && flags.rivals > 0)
    throw InputError("Outputs of a regression are no rivals; explain one, or a difference.");
  if (card.head == Head::kRegression && model.outputs() > 1 && wanted < 0) {
    throw InputError(
        fmt::format("The model is a regression with {} outputs; say which to explain: --target {}.",
                    model.outputs(), output_name(card, 0)));
  }
  if (against >= 0 && against == wanted)
    throw InputError("--target and --against are the same; the difference is zero everywhere.");
  const auto of = [&model, wanted, against, rivals = flags.rivals](gsl::span<const float> outputs) {
    int output = std::max(0, wanted);
    if (wanted < 0) {
      // The highest; where that is what it is held against, the second.
      for (int i = 0; i < static_cast<int>(outputs.size()); ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (i == against) continue;
        if (output == against || outputs[at] > outputs[static_cast<std::size_t>(output)])
          output = i;
      }
    }
    if (rivals > 0) return against_rivals(model, output, outputs, rivals);
    const std::string name = output_name(model.card(), output);
    if (against >= 0)
      return NamedTarget{Target::difference(output, against),
                         name + " against " + output_name(model.card(), against), -1, true};
    return NamedTarget{Target::output(output), name, output, true};
  };
  return {flags.rivals > 0 || (wanted < 0 && model.outputs() > 1), of};
}

std::string model_of_atlas(const std::string& atlas) {
  namespace fs = std::filesystem;
  const store::Reader reader(atlas);
  const fs::path hint(reader.provenance().model_path_hint);
  if (hint.empty()) return {};
  const fs::path path = hint.is_absolute() ? hint : (fs::path(atlas) / hint).lexically_normal();
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) ? path.string() : std::string();
}

void ModelFlags::add_to(CLI::App& app, bool layers, bool required) {
  app.add_option("--model", model,
                 std::string("TorchScript file; its card is the .json of the same name beside it") +
                     (required ? "" : " (default with --concept: the one its atlas names)"))
      ->required(required);
  app.add_option("--card", options.card, "Model card to use instead of the one beside the model");
  if (layers) {
    app.add_option("--layer", options.layer,
                   "Layer of taxon atlases, by path (default: the card's, else the last candidate "
                   "with at least 14×14 positions)");
    app.add_option(
        "--deep-layer", options.deep_layer,
        "Layer of the map of all taxa (default: the card's, else the last candidate with a grid)");
  }
  app.add_option("--device", options.device, "cpu, cuda or cuda:N")->capture_default_str();
}

std::shared_ptr<const Model> ModelFlags::load() const {
  return Model::load(model, options);
}

int output_named(const ModelCard& card, int outputs, const std::string& text) {
  int index = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error == std::errc() && end == text.data() + text.size()) {
    if (index >= 0 && index < outputs) return index;
    throw InputError(
        fmt::format("The model has outputs 0 to {}; there is no output {}.", outputs - 1, index));
  }
  const std::string wanted = folded_name(text);
  std::vector<std::string> fitting;
  int found = -1;
  for (std::size_t i = 0; i < card.labels.size(); ++i) {
    const std::string label = folded_name(card.labels[i]);
    if (label == wanted) return static_cast<int>(i);
    if (label.find(wanted) != std::string::npos) {
      fitting.push_back(card.labels[i]);
      found = static_cast<int>(i);
    }
  }
  if (fitting.size() == 1) return found;
  if (fitting.empty()) throw UnknownName::among("label", text, card.labels);
  const std::size_t shown = std::min<std::size_t>(fitting.size(), 5);
  throw InputError(fmt::format(
      "'{}' fits {} labels ({}{}); give more of the name.", text, fitting.size(),
      fmt::join(fitting.begin(), fitting.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
      shown < fitting.size() ? ", …" : ""));
}

std::string output_name(const ModelCard& card, int output) {
  const auto index = static_cast<std::size_t>(output);
  return index < card.labels.size() ? card.labels[index] : fmt::format("output {}", output);
}

}  // namespace differentia::cli

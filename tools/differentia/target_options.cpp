#include "tools/differentia/target_options.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "base/error.h"

namespace differentia::cli {
namespace {

std::string folded(std::string text) {
  for (char& c : text)
    c = c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

void ModelFlags::add_to(CLI::App& app, bool layers) {
  app.add_option("--model", model,
                 "TorchScript file; its card is the .json of the same name beside it")
      ->required();
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
  const std::string wanted = folded(text);
  std::vector<std::string> fitting;
  int found = -1;
  for (std::size_t i = 0; i < card.labels.size(); ++i) {
    const std::string label = folded(card.labels[i]);
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

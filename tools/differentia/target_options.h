#pragma once

// Options that several verbs share: which model, and how it is to be read.

#include <string>
#include <vector>

#include "explain/model.h"
#include "explain/target.h"

namespace CLI {
class App;
}

namespace differentia::cli {

// --model, --card, --device and, where `layers` is set, --layer and --deep-layer.
struct ModelFlags {
  std::string model;
  ModelOptions options;

  void add_to(CLI::App& app, bool layers);
  std::shared_ptr<const Model> load() const;
};

// The output with that label: exact, or the only one that contains the text. Throws UnknownName, or
// InputError where it fits several.
int output_named(const ModelCard& card, int outputs, const std::string& text);

// The label of an output, or "output 7" where the card has none.
std::string output_name(const ModelCard& card, int output);

}  // namespace differentia::cli

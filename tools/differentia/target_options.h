#pragma once

// Options that several verbs share: which model, and how it is to be read.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gsl/span>

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

  void add_to(CLI::App& app, bool layers, bool required = true);
  std::shared_ptr<const Model> load() const;
};

// The output with that label: exact, or the only one that contains the text. Throws UnknownName, or
// InputError where it fits several.
int output_named(const ModelCard& card, int outputs, const std::string& text);

// The label of an output, or "output 7" where the card has none.
std::string output_name(const ModelCard& card, int output);

// What of the model is to be explained: --target, --against, --against-rivals, --weights,
// --concept.
struct TargetFlags {
  std::string target;
  std::string against;
  int rivals = 0;                       // 0: not asked for
  std::string weights;                  // "A=1,B=-0.5"
  std::vector<std::string> of_concept;  // atlas, taxon, number; or nothing

  void add_to(CLI::App& app);
};

// One target with what is said of it.
struct NamedTarget {
  Target target;
  std::string name;     // "Granella rufa against Granella nigra"
  int output = -1;      // where it is one output as it is
  bool logits = false;  // in units of the outputs; a concept's direction is not
};

// What the flags ask for, of any photo.
struct TargetPlan {
  bool needs_outputs = false;  // of the photo: the winner, rivals
  // `outputs` may be empty where they are not needed.
  std::function<NamedTarget(gsl::span<const float> outputs)> of;
};

// Throws UnknownName with the nearest names, InputError where flags contradict each other, an atlas
// is of another model, or a concept is not there.
TargetPlan target_plan(const Model& model, const TargetFlags& flags);

// The model that an atlas names as its own, where it is there; else empty. Throws FileError.
std::string model_of_atlas(const std::string& atlas);

}  // namespace differentia::cli

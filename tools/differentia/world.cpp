// differentia world: photos of the demo world.

#include <memory>
#include <thread>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/data_folder.h"
#include "tools/differentia/checks.h"
#include "tools/differentia/verbs.h"
#include "tools/world/train/train.h"
#include "tools/world/write_world.h"

namespace differentia::cli {
namespace {

struct Flags {
  world::WorldOptions options;
  bool biased = false;
  world::TrainOptions training;  // where `training.output` is given
};

// Trains the world's network after its photos are written, and tells what it learned.
nlohmann::ordered_json train(Console& console, const Flags& flags) {
  world::TrainOptions training = flags.training;
  training.description = flags.options.description;
  training.invent = flags.options.invent;
  training.variant = flags.options.variant;
  training.seed = flags.options.seed;
  training.threads = flags.options.threads;
  training.replace = flags.options.replace;
  const world::TrainSummary summary = world::train_world(training, console.progress());
  console.print(fmt::format(
      "The network in {} names {:.1f} % of held-out photos without planted cues rightly, {:.1f} % "
      "where species that "
      "differ in one part count as one; trained for {:.0f} s.",
      training.output, 100 * summary.accuracy, 100 * summary.accuracy_apart, summary.seconds));
  nlohmann::ordered_json biases = nlohmann::ordered_json::array();
  for (const world::LearnedBias& bias : summary.biases) {
    const double effect = bias.has_twin ? bias.learned() : bias.effect;
    console.print(fmt::format("  {} {}: planted {:.2f}, moves the logit of {} by {:+.2f}{}",
                              bias.kind, bias.value, bias.strength, bias.species, effect,
                              bias.has_twin ? " beyond the twin's" : ""));
    biases.push_back({{"kind", bias.kind},
                      {"species", bias.species},
                      {"value", bias.value},
                      {"planted", bias.strength},
                      {"effect", bias.effect},
                      {"twin_effect", bias.twin_effect}});
  }
  return {{"output", training.output},
          {"accuracy", summary.accuracy},
          {"accuracy_apart", summary.accuracy_apart},
          {"seconds", summary.seconds},
          {"biases", biases}};
}

int world(Console& console, Flags& flags) {
  world::WorldOptions& options = flags.options;
  if (options.description.empty()) options.description = data_path("world/demo.json");
  if (options.threads == 0)
    options.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  options.variant = flags.biased ? world::Variant::biased : world::Variant::clean;
  const world::WorldSummary summary = world::write_world(options, console.progress());
  console.print(fmt::format(
      "{} photos of {} species, and {} of several birds, lie in {}; photos.csv lists them.",
      summary.photos, summary.species, summary.several, options.output));
  nlohmann::ordered_json result = {{"output", options.output},
                                   {"species", summary.species},
                                   {"photos", summary.photos},
                                   {"several", summary.several},
                                   {"seconds_per_photo", summary.seconds_per_photo}};
  if (!flags.training.output.empty()) result["network"] = train(console, flags);
  console.print_json(result);
  return 0;
}

}  // namespace

Verb world_verb() {
  return {
      "world", kWorldSummary, [](CLI::App& app) -> Action {
        auto flags = std::make_shared<Flags>();
        world::WorldOptions& options = flags->options;
        options.description.clear();
        options.threads = 0;
        app.add_option("folder", options.output, "Folder to make")->required()->type_name("FOLDER");
        app.add_option("--description", options.description,
                       "JSON description of the world (default: the one that ships)");
        app.add_option("--invent", options.invent,
                       "Invent another world from this number instead; 0: do not")
            ->check(at_least(0))
            ->capture_default_str();
        app.add_flag("--biased", flags->biased,
                     "With the description's planted biases (default: the clean twin)");
        app.add_option("--train", options.train_photos, "Photos a species to train on")
            ->check(at_least(0))
            ->capture_default_str();
        app.add_option("--test", options.test_photos, "Photos a species held out")
            ->check(at_least(0))
            ->capture_default_str();
        app.add_option("--several", options.several_photos,
                       "Photos of two or three birds, all species together")
            ->check(at_least(0))
            ->capture_default_str();
        app.add_option("--side", options.long_side, "Longer side of a photo, pixels")
            ->capture_default_str();
        app.add_option("--seed", options.seed, "Of everything random")->capture_default_str();
        app.add_option("--threads", options.threads,
                       "Workers; 0: all cores. The photos do not depend on it")
            ->check(at_least(0))
            ->capture_default_str();
        app.add_flag("--replace", options.replace, "Replace a world that is there already");
        app.add_option("--network", flags->training.output,
                       "Also train the world's network and write model.pt, model.json and "
                       "report.json to this folder "
                       "(default: train none)")
            ->type_name("FOLDER");
        app.add_option("--network-photos", flags->training.train_photos,
                       "Photos a species that the network is trained on")
            ->check(at_least(1))
            ->capture_default_str();
        app.add_option("--epochs", flags->training.epochs, "Rounds of training")
            ->check(at_least(1))
            ->capture_default_str();
        app.add_option("--twin", flags->training.twin,
                       "model.pt of the clean twin, whose own small biases are taken off what the "
                       "network learned")
            ->type_name("FILE");
        return [flags](Console& console) { return world(console, *flags); };
      }};
}

}  // namespace differentia::cli

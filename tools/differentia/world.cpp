// differentia world: photos of the demo world.

#include <memory>
#include <thread>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/data_folder.h"
#include "tools/differentia/verbs.h"
#include "tools/world/write_world.h"

namespace differentia::cli {
namespace {

struct Flags {
  world::WorldOptions options;
  bool biased = false;
};

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
  console.print_json(nlohmann::ordered_json{{"output", options.output},
                                            {"species", summary.species},
                                            {"photos", summary.photos},
                                            {"several", summary.several},
                                            {"seconds_per_photo", summary.seconds_per_photo}});
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
        app.add_flag("--biased", flags->biased,
                     "With the description's planted biases (default: the clean twin)");
        app.add_option("--train", options.train_photos, "Photos a species to train on")
            ->capture_default_str();
        app.add_option("--test", options.test_photos, "Photos a species held out")
            ->capture_default_str();
        app.add_option("--several", options.several_photos,
                       "Photos of two or three birds, all species together")
            ->capture_default_str();
        app.add_option("--side", options.long_side, "Longer side of a photo, pixels")
            ->capture_default_str();
        app.add_option("--seed", options.seed, "Of everything random")->capture_default_str();
        app.add_option("--threads", options.threads,
                       "Workers; 0: all cores. The photos do not depend on it")
            ->capture_default_str();
        app.add_flag("--replace", options.replace, "Replace a world that is there already");
        return [flags](Console& console) { return world(console, *flags); };
      }};
}

}  // namespace differentia::cli

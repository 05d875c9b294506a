#include "tools/differentia/pair_options.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "atlas/marks/contrastive_map.h"
#include "atlas/marks/words.h"
#include "base/error.h"
#include "tools/differentia/keep_pair.h"
#include "tools/differentia/taxon_named.h"

namespace differentia::cli {

namespace fs = std::filesystem;

void PairFlags::add_to(CLI::App& app, bool pair_required) {
  app.add_option("atlas", atlas, "NAME.atlas")->required()->type_name("ATLAS");
  app.add_option("a", a, "A taxon: its name, an unambiguous part of it, or its id")
      ->required(pair_required)
      ->type_name("A");
  app.add_option("b", b, "Another")->required(pair_required)->type_name("B");
  app.add_option("--model", model.model, "TorchScript file (default: the one the atlas names)");
  app.add_option("--card", model.options.card,
                 "Model card to use instead of the one beside the model");
  app.add_option("--device", model.options.device, "cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--photos", photos,
                 "Folder that the photos' paths are relative to (default: where the atlas says)");
  app.add_flag("--untested", untested, "Leave the test by removal out: much faster, shows less");
  app.add_option("--seed", seed, "Of everything random")->capture_default_str();
  app.add_option("--threads", threads, "Workers; 0: all cores. The result does not depend on it")
      ->capture_default_str();
}

std::string photo_root_of(const store::Reader& atlas, const std::string& photos) {
  if (!photos.empty()) return photos;
  const fs::path hint(atlas.provenance().photo_root_hint);
  return hint.is_absolute() ? hint.string()
                            : (fs::path(atlas.path()) / hint).lexically_normal().string();
}

PairRequest atlas_request(const PairFlags& flags) {
  PairRequest request{store::Reader(flags.atlas), nullptr, {}, {}, {}};
  request.options.test = !flags.untested;
  request.options.photo_root = photo_root_of(request.atlas, flags.photos);
  request.options.seed = flags.seed;
  request.options.threads =
      flags.threads > 0 ? flags.threads
                        : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return request;
}

void load_model(const PairFlags& flags, PairRequest& request) {
  ModelFlags model = flags.model;
  if (model.model.empty()) model.model = model_of_atlas(flags.atlas);
  if (model.model.empty())
    throw InputError("The model is not where the atlas names it; give it with --model FILE.");
  request.model = model.load();
}

PairRequest pair_request(const PairFlags& flags) {
  if (flags.a.empty() || flags.b.empty())
    throw InputError("Two taxa are required: name A and B after the atlas.");
  PairRequest request = atlas_request(flags);
  request.a = taxon_named(request.atlas, flags.a);
  request.b = taxon_named(request.atlas, flags.b);
  if (request.a.id == request.b.id)
    throw InputError(fmt::format("Both '{}' and '{}' mean {}; name two different taxa.", flags.a,
                                 flags.b, request.a.name));
  load_model(flags, request);
  return request;
}

PairMarks compared(const PairRequest& request, Console& console, const ProgressCallback& progress) {
  PairWorkings workings;
  PairMarks marks =
      compare_pair(request.atlas, request.model, request.a.id, request.b.id, request.options,
                   progress ? progress : console.progress(), &workings);
  WordsOptions words;
  words.photo_root = request.options.photo_root;
  words.threads = request.options.threads;
  describe_marks(marks, request.atlas, words);
  if (!progress) console.end_progress();
  keep_result(request, marks, contrastive_map(workings), console);
  return marks;
}

}  // namespace differentia::cli

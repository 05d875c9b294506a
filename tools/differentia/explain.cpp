// differentia explain PHOTO…: saliency maps of photos, each in its photo's own coordinates.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/image/mask.h"
#include "base/image/photo.h"
#include "explain/measures/measure.h"
#include "explain/saliency/session.h"
#include "tools/differentia/checks.h"
#include "tools/differentia/explained.h"
#include "tools/differentia/measured.h"
#include "tools/differentia/method_list.h"
#include "tools/differentia/output_places.h"
#include "tools/differentia/target_options.h"
#include "tools/differentia/verbs.h"

namespace differentia::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// A file that may be asked for without a name, which then comes from the photo's.
struct NamedFile {
  bool wanted = false;
  std::string name;
};

struct Flags {
  ModelFlags model;
  TargetFlags target;
  std::vector<std::string> photos;
  std::vector<std::string> methods{"grad-cam"};
  std::vector<std::string> options;
  std::vector<std::string> layers;
  bool list_methods = false;
  bool signed_map = false;
  MapColours colours;
  std::string colour_map;
  std::string output, folder;
  NamedFile grey, npy;
  bool measure = false;
  std::uint64_t seed = 1;
  std::string mask;
  int top = 5;
};

// Names of files: PHOTO.METHOD.png, no two alike and none a photo's own.
class FileNames {
 public:
  FileNames(const Flags& flags, std::size_t maps) : flags_(flags), one_(maps == 1) {
    if (!one_ && !flags.output.empty())
      throw InputError("--out names one picture; give --out-dir for several photos or methods.");
    for (const NamedFile* file : {&flags.grey, &flags.npy}) {
      if (!one_ && !file->name.empty()) {
        throw InputError(
            fmt::format("'{}' is one file; give --grey and --npy without a name for several maps.",
                        file->name));
      }
    }
    for (const std::string& photo : flags.photos) photos_.insert(fs::weakly_canonical(photo));
  }

  // REQUIRES: called once for each photo.
  void next_photo(const std::string& photo) {
    stem_ = fs::path(photo).stem().string();
    // Photos of two folders may bear one name.
    for (int i = 2; !stems_.insert(stem_).second; ++i)
      stem_ = fmt::format("{}-{}", fs::path(photo).stem().string(), i);
  }

  MapFiles of(const std::string& method) const {
    const std::string base = (fs::path(flags_.folder) / (stem_ + "." + method)).string();
    MapFiles files;
    files.picture = flags_.output.empty() ? base + ".png" : flags_.output;
    if (flags_.grey.wanted)
      files.grey = flags_.grey.name.empty() ? base + ".grey.png" : flags_.grey.name;
    if (flags_.npy.wanted) files.npy = flags_.npy.name.empty() ? base + ".npy" : flags_.npy.name;
    for (const std::string& file : {files.picture, files.grey, files.npy}) {
      if (!file.empty() && photos_.count(fs::weakly_canonical(file)) > 0)
        throw InputError(fmt::format("'{}' is a photo to explain; name another file.", file));
    }
    return files;
  }

 private:
  const Flags& flags_;
  bool one_;
  std::string stem_;
  std::set<std::string> stems_;
  std::set<fs::path> photos_;
};

struct Run {
  Console& console;
  const Flags& flags;
  std::shared_ptr<const Model> model;
  std::vector<const Method*> methods;
  std::vector<SaliencyOptions> ways;
  std::vector<std::vector<std::string>> method_warnings;
  TargetPlan plan;
  SaliencySession session;
  FileNames names;
  std::unique_ptr<MeasureSession> measuring = {};  // null: not asked for
  bool skip_refused = false;  // several methods: one that cannot work does not stop the others
  ordered_json maps = ordered_json::array(), refused = ordered_json::array();
};

// The layers that a way is run at, named in its output. Where several are given for a method that
// fuses them, those that take one take the last.
void name_layers(SaliencyOptions& way, const Method& method, const Flags& flags,
                 const TargetPlan& plan, const Model& model) {
  if (!method.needs_layer) return;
  way.layers = flags.layers;
  if (way.layers.size() > 1 && !method.several_layers) way.layers = {flags.layers.back()};
  if (!way.layers.empty()) return;
  const std::string own = plan.needs_outputs ? std::string() : plan.of({}).target.layer;
  way.layers = {own.empty() ? model.card().deep_layer : own};
}

// Of each method what is to be said of its map of any photo. Throws InputError where several layers
// are given and no method fuses them.
std::vector<std::vector<std::string>> method_warnings(const std::vector<const Method*>& methods,
                                                      const std::vector<std::string>& layers) {
  std::vector<std::vector<std::string>> warnings(methods.size());
  if (layers.size() < 2) return warnings;
  if (std::none_of(methods.begin(), methods.end(), [](auto* m) { return m->several_layers; })) {
    std::vector<std::string> fusing;
    for (const Method* method : saliency_methods()) {
      if (method->several_layers) fusing.push_back(method->title);
    }
    throw InputError(fmt::format(
        "{} takes one layer: several are fused by {} only.",
        (*std::find_if(methods.begin(), methods.end(), [](auto* m) { return m->needs_layer; }))
            ->title,
        fmt::join(fusing, ", ")));
  }
  for (std::size_t m = 0; m < methods.size(); ++m) {
    if (!methods[m]->needs_layer || methods[m]->several_layers) continue;
    warnings[m].push_back(fmt::format("{} takes one layer: of those given the last, {}, was used",
                                      methods[m]->title, layers.back()));
  }
  return warnings;
}

std::vector<std::string> warnings_of(const Photo& photo, const Model& model) {
  std::vector<std::string> warnings;
  if (!photo.repair.empty())
    warnings.push_back("the photo was repaired while reading: " + photo.repair);
  if (model.softmaxed())
    warnings.emplace_back(
        "the model gives probabilities, not logits: log p is explained, which is a logit less what "
        "all outputs share");
  return warnings;
}

// A "Note" as a person reads it: a sentence of its own.
void remark(Console& console, std::string warning) {
  if (!warning.empty() && warning.back() != '.') warning += '.';
  console.remark("Note: " + warning);
}

void explain_photo(Run& run, const std::string& path) {
  const Photo photo = decode_photo(path);
  std::unique_ptr<const SubjectMask> mask;
  if (!run.flags.mask.empty())
    mask = std::make_unique<SubjectMask>(SubjectMask::read(run.flags.mask, photo.full_size));
  run.names.next_photo(path);
  const std::vector<std::string> warnings = warnings_of(photo, *run.model);
  for (const std::string& warning : warnings) remark(run.console, warning);
  NamedTarget target;
  PhotoTargets targets;
  if (run.plan.needs_outputs) {
    targets.choose = [&](gsl::span<const float> outputs) {
      target = run.plan.of(outputs);
      return std::vector<Target>{target.target};
    };
  } else {
    target = run.plan.of({});
    targets.fixed = {target.target};
  }
  bool named = false, answered = false;
  double unseen = 0;
  SaliencyReceiver receiver;
  receiver.made = [&](std::size_t way, std::vector<Saliency> maps) {
    Explained made{path,    run.methods[way],   run.ways[way],
                   target,  std::move(maps[0]), run.names.of(run.ways[way].method),
                   warnings};
    made.warnings.insert(made.warnings.end(), run.method_warnings[way].begin(),
                         run.method_warnings[way].end());
    write_files(made, photo, run.flags.colours);
    run.maps.push_back(explained_json(made, *run.model, run.flags.top));
    std::string measured;
    if (run.measuring) {
      const MapMeasures measures = run.measuring->run(photo, target.target, {&run.ways[way], 1}, {},
                                                      mask.get(), {}, run.console.progress())[0];
      run.maps.back()["measures"] = measures_json(measures);
      measured = measures_text(measures);
    }
    if (!named) run.console.print(path);
    named = true;
    if (!answered && !made.saliency.outputs.empty()) {
      run.console.print(answer_text(made, *run.model, run.flags.top));
      answered = true;
    }
    run.console.print(map_text(made));
    if (!measured.empty()) run.console.print(measured);
    for (const std::string& warning : made.saliency.warnings) remark(run.console, warning);
    if (made.method->needs_model) unseen = no_evidence(made.saliency.map);
    if (Console::stop_asked()) throw Interrupted();
  };
  if (run.skip_refused) {
    receiver.refused = [&](std::size_t way, const InputError& why) {
      run.refused.push_back(
          ordered_json{{"photo", path}, {"method", run.ways[way].method}, {"reason", why.what()}});
      remark(run.console, run.methods[way]->title + " was left out: " + why.what());
    };
  }
  run.session.run(photo, targets, run.ways, receiver, photo.full_size, run.console.progress());
  if (unseen > 0.005)
    run.console.print(fmt::format(
        "  {:.0f} % of the photo lies outside what the network sees: no evidence there, "
        "which is not none.",
        100 * unseen));
}

int explain(Console& console, Flags& flags) {
  if (flags.list_methods) {
    console.print(method_list());
    console.print_json(method_list_json());
    return 0;
  }
  // All that can be refused is refused before the network is loaded or a file written.
  if (flags.photos.empty())
    throw InputError("Say which photo to explain: differentia explain PHOTO --model MODEL.pt.");
  if (!flags.colour_map.empty()) flags.colours.colours = colour_map_of(flags.colour_map);
  const auto methods = methods_named(flags.methods);
  auto ways = ways_of(methods, flags.options);
  FileNames names(flags, flags.photos.size() * methods.size());
  for (const std::string& photo : flags.photos) photo_size(photo);
  if (!flags.mask.empty() && (!flags.measure || flags.photos.size() > 1))
    throw InputError("--mask is the subject mask of one photo, for --measure.");
  if (!flags.layers.empty() &&
      std::none_of(methods.begin(), methods.end(), [](auto* m) { return m->needs_layer; }))
    throw InputError(methods.front()->title + " has no layer: leave --layer out.");
  auto of_methods = method_warnings(methods, flags.layers);
  if (flags.model.model.empty() && !flags.target.of_concept.empty())
    flags.model.model = model_of_atlas(flags.target.of_concept.front());
  if (flags.model.model.empty()) throw InputError("Say which model to explain: --model MODEL.pt.");

  const auto model = flags.model.load();
  if (!model->card().defaults.empty())
    console.remark(fmt::format("By default: {}.", fmt::join(model->card().defaults, "; ")));
  TargetPlan plan = target_plan(*model, flags.target);
  for (std::size_t m = 0; m < methods.size(); ++m) {
    name_layers(ways[m], *methods[m], flags, plan, *model);
    ways[m].rectified = !flags.signed_map;
  }
  for (const auto& warnings : of_methods) {
    for (const std::string& warning : warnings) remark(console, warning);
  }
  make_folder(flags.folder);
  Run run{console,
          flags,
          model,
          methods,
          ways,
          std::move(of_methods),
          std::move(plan),
          SaliencySession(model),
          std::move(names)};
  run.skip_refused = methods.size() > 1;
  if (flags.measure) run.measuring = std::make_unique<MeasureSession>(model, flags.seed);
  try {
    const auto count = static_cast<std::int64_t>(flags.photos.size());
    for (std::int64_t i = 0; i < count; ++i) {
      const std::string& photo = flags.photos[static_cast<std::size_t>(i)];
      if (Console::stop_asked()) throw Interrupted();
      explain_photo(run, photo);
      // Otherwise each photo's own lines tell how far it is.
      if (console.json() && count > 1)
        report(console.progress(), {"explaining", i + 1, count, "photos", photo});
    }
  } catch (const Interrupted&) {
    console.remark(fmt::format("Interrupted; {} of {} maps were written.", run.maps.size(),
                               flags.photos.size() * methods.size()));
    return 3;
  }
  if (run.maps.empty())
    throw InputError("None of the methods could explain the photo: " +
                     run.refused.front()["reason"].get<std::string>());
  // Of a single map its keys stand beside the list as well.
  ordered_json result = run.maps.size() == 1 ? run.maps.front() : ordered_json::object();
  result["maps"] = run.maps;
  result["refused"] = run.refused;
  result["defaults"] = model->card().defaults;
  console.print_json(result);
  console.print("A map shows where the model looks, not that it is right to look there.");
  return 0;
}

// A name that ends in that, or nothing.
CLI::Validator ends_in(const std::string& extension) {
  return CLI::Validator(
      [extension](const std::string& text) {
        return text.empty() || fs::path(text).extension() == extension
                   ? std::string()
                   : fmt::format("'{}' is to be named {}", text, extension);
      },
      std::string());
}

void add_file(CLI::App& app, const char* flag, NamedFile& file, const std::string& extension,
              const std::string& help) {
  app.add_option_function<std::vector<std::string>>(
         flag,
         [&file](const std::vector<std::string>& names) {
           file.wanted = true;
           file.name = names.empty() ? std::string() : names.front();
         },
         help)
      ->expected(0, 1)
      ->check(ends_in(extension))
      ->type_name("[FILE" + extension + "]")
      ->group("Output");
}

}  // namespace

Verb explain_verb() {
  return {
      "explain", kExplainSummary, [](CLI::App& app) -> Action {
        auto flags = std::make_shared<Flags>();
        app.add_option("photos", flags->photos, "One photo or several")->type_name("PHOTO");
        flags->model.add_to(app, false, false);
        app.add_flag("--methods", flags->list_methods,
                     "List all methods with what they need, their options, what they show and what "
                     "not");
        app.add_option("--method", flags->methods,
                       "Saliency method (--methods lists them), or all; may be given several times")
            ->type_name("NAME")
            ->allow_extra_args(false)
            ->capture_default_str();
        app.add_option("--option", flags->options,
                       "Option of the methods; METHOD.NAME=VALUE for one of several; may be given "
                       "several times (default: as --methods says)")
            ->type_name("NAME=VALUE")
            ->allow_extra_args(false);
        app.add_option("--layer", flags->layers,
                       "Layer of methods that have one; several times where a method fuses them: "
                       "those that do not take the last (default: the card's deep layer)")
            ->type_name("PATH")
            ->allow_extra_args(false);
        flags->target.add_to(app);
        app.add_flag("--signed", flags->signed_map,
                     "Keep evidence against the target, too (blue), where the method leaves it out")
            ->group("Output");
        app.add_option("--percentile", flags->colours.percentile,
                       "Of the values, at which the colours end: what is more extreme looks alike")
            ->check(CLI::Range(50.0, 100.0))
            ->capture_default_str()
            ->group("Output");
        app.add_option(
               "--colours", flags->colour_map,
               "viridis, cividis or blue-red (default: blue-red where there is evidence for "
               "and against, else viridis)")
            ->type_name("NAME")
            ->group("Output");
        app.add_option("--opacity", flags->colours.opacity,
                       "Of the strongest evidence over the photo; weaker lets the photo through")
            ->check(CLI::Range(0.0, 1.0))
            ->capture_default_str()
            ->group("Output");
        app.add_option("--out", flags->output, "Picture to write (default: PHOTO.METHOD.png here)")
            ->type_name("FILE.png")
            ->group("Output");
        app.add_option("--out-dir", flags->folder,
                       "Folder for PHOTO.METHOD.png, made where it is not there (default: here)")
            ->type_name("DIR")
            ->group("Output");
        add_file(app, "--grey", flags->grey, ".png",
                 "Also write the map alone in grey, transparent where there is no evidence "
                 "(default: PHOTO.METHOD.grey.png)");
        add_file(app, "--npy", flags->npy, ".npy",
                 "Also write the raw map: float32, rows × columns of the photo, NaN where there is "
                 "no evidence (default: PHOTO.METHOD.npy)");
        app.add_flag("--measure", flags->measure,
                     "Also judge each map: deletion, insertion, random weights, the rival's map; "
                     "costs several maps more")
            ->group("Measures");
        app.add_option("--mask", flags->mask,
                       "Subject mask of the photo, for what lies inside it (0 background, 128 "
                       "unsure, else subject)")
            ->type_name("FILE")
            ->group("Measures");
        app.add_option("--seed", flags->seed, "Of the random weights")
            ->capture_default_str()
            ->group("Measures");
        app.add_option("--top", flags->top, "Answers of the model to list")
            ->check(at_least(1))
            ->capture_default_str();
        return [flags](Console& console) { return explain(console, *flags); };
      }};
}

}  // namespace differentia::cli

// differentia view: the viewer, or a picture of one of its screens.

#include "viewer/viewer.h"

#include <cstdio>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/data_folder.h"
#include "base/error.h"
#include "tools/differentia/engine.h"
#include "tools/differentia/verbs.h"

namespace differentia::cli {
namespace {

struct Flags {
  viewer::ViewOptions options;
  std::string size = "1280x800";
  std::string colour_by = "none";
  std::string cell;
  std::string centre;
  bool no_outlines = false;
  std::vector<std::string> method_options;
  std::vector<std::string> pair;
};

Size size_of(const std::string& text) {
  Size size;
  int used = 0;
  if (std::sscanf(text.c_str(), "%dx%d%n", &size.width, &size.height, &used) != 2 ||
      used != static_cast<int>(text.size()) || size.width < 200 || size.height < 200 ||
      size.width > 16384 || size.height > 16384) {
    throw InputError(
        fmt::format("'{}' is no size; write it as 1280x800 (from 200x200 to 16384x16384).", text));
  }
  return size;
}

Point point_of(const std::string& text) {
  Point point;
  int used = 0;
  if (std::sscanf(text.c_str(), "%lf,%lf%n", &point.x, &point.y, &used) != 2 ||
      used != static_cast<int>(text.size())) {
    throw InputError(
        fmt::format("'{}' is no place on the map; write it as 0.5,0.5 (0 to 1).", text));
  }
  return point;
}

int view(Console& console, Flags& flags) {
  viewer::ViewOptions& options = flags.options;
  options.window = size_of(flags.size);
  options.initial.colour_by = viewer::colour_by_of(flags.colour_by);
  if (!options.initial.method.empty()) {
    options.initial.method_options =
        check_saliency_method(options.initial.method, flags.method_options);
  } else if (!flags.method_options.empty()) {
    throw InputError("--option is of a method: say which by --method.");
  }
  options.initial.outlines = !flags.no_outlines;
  if (!flags.cell.empty()) options.initial.cell = viewer::cell_place_of(flags.cell);
  if (!flags.centre.empty()) options.initial.centre = point_of(flags.centre);
  if (!flags.pair.empty()) {
    options.initial.pair_a = flags.pair.at(0);
    options.initial.pair_b = flags.pair.at(1);
  } else if (options.initial.mark != 0) {
    throw InputError("--mark is of a pair: say which by --pair A B.");
  }
  options.make_explainer = make_photo_explainer;
  options.compare_pair = compare_pair_of_atlas;
  options.stop_asked = [] { return Console::stop_asked(); };
  try {
    options.demo_atlas = data_path("demo/demo.atlas");
  } catch (const FileError&) {
    options.demo_atlas.clear();  // not shipped here: the start screen does without
  }
  try {
    options.demo_model = data_path("world/clean/model.pt");
  } catch (const FileError&) {
    options.demo_model.clear();  // the demo then has no saliency
  }
  int status = 0;
  try {
    status = viewer::run_viewer(options);
  } catch (const Interrupted&) {
    console.remark("Interrupted; no picture was written.");
    return 3;
  }
  if (!options.snapshot.empty()) {
    console.print(options.snapshot);
    console.print_json(nlohmann::ordered_json{{"snapshot", options.snapshot},
                                              {"width", options.window.width},
                                              {"height", options.window.height}});
  }
  return status;
}

}  // namespace

Verb view_verb() {
  return {
      "view", kViewSummary, [](CLI::App& app) -> Action {
        auto flags = std::make_shared<Flags>();
        viewer::ViewOptions& options = flags->options;
        viewer::InitialView& initial = options.initial;
        app.add_option("atlas", options.atlas, "NAME.atlas (default: the start screen)")
            ->type_name("ATLAS");
        app.add_option("--photos", options.photo_root,
                       "Where the photos are now (default: where the atlas says)");
        app.add_option("--model", options.model,
                       "The atlas's model, for live saliency (default: where the atlas says)");
        app.add_option("--size", flags->size, "Of the window or the picture")
            ->capture_default_str();
        app.add_option("--ui-scale", options.ui_scale, "Of text and spacing; 0: the display's own")
            ->capture_default_str();
        app.add_option("--snapshot", options.snapshot,
                       "Write this PNG of the screen instead of opening a window")
            ->type_name("FILE.png");
        app.add_option("--taxon", initial.taxon,
                       "Shown first: an id or any unambiguous part of a name")
            ->group("State");
        app.add_option("--concept", initial.concept_number, "Number of a concept to show")
            ->group("State");
        app.add_option("--cell", flags->cell, "A cell to show")
            ->type_name("LEVEL:X,Y")
            ->group("State");
        app.add_option("--pair", flags->pair,
                       "What tells these two taxa apart: ids or any unambiguous parts of names")
            ->expected(2)
            ->option_text("A B")
            ->group("State");
        app.add_option("--mark", initial.mark,
                       "Number of the pair's mark to show; of a context cue negative")
            ->group("State");
        app.add_option("--exemplar", initial.exemplar,
                       "Exemplar of the concept, cell or mark to open as a photo")
            ->group("State");
        app.add_option("--photo", initial.photo,
                       "A photo to open: its id, or any unambiguous end of its path")
            ->group("State");
        app.add_option("--colour-by", flags->colour_by,
                       "Of the map: none, attribution, count, subject or concept")
            ->capture_default_str()
            ->group("State");
        app.add_flag("--no-outlines", flags->no_outlines, "Do not draw the concepts' outlines")
            ->group("State");
        app.add_option("--level", initial.level,
                       "Zoom to where this level is shown (default: the whole map)")
            ->group("State");
        app.add_option("--zoom", initial.zoom, "Over that")->capture_default_str()->group("State");
        app.add_option("--centre", flags->centre, "Of the map, 0 to 1")
            ->type_name("X,Y")
            ->group("State");
        app.add_option("--method", initial.method,
                       "Saliency of a photo: a method that `differentia explain --methods` lists "
                       "(default: grad-cam)")
            ->group("State");
        app.add_option(
               "--target", initial.target,
               "Taxon whose output is explained, or concept: where the concept of --concept "
               "is (default: the photo's own)")
            ->group("State");
        app.add_option("--against", initial.against,
                       "Taxon whose output is taken away, or rivals: the nearest ones' (default: "
                       "none)")
            ->group("State");
        app.add_option("--option", flags->method_options,
                       "Option of the method; may be given several times (default: as "
                       "`differentia explain --methods` says)")
            ->type_name("NAME=VALUE")
            ->allow_extra_args(false)
            ->group("State");
        app.add_option("--layer", initial.layers,
                       "Of methods with one; several times where a method fuses them (default: "
                       "the deep layer, or the concept's own)")
            ->allow_extra_args(false)
            ->group("State");
        app.add_option("--opacity", initial.opacity, "Of the saliency over the photo, 0 to 1")
            ->check(CLI::Range(0.0, 1.0))
            ->capture_default_str()
            ->group("State");
        app.add_option("--search", initial.search, "In the list of taxa")->group("State");
        app.add_flag("--keys", initial.help, "Show the keys")->group("State");
        app.add_flag("--unreadable", initial.unreadable, "Show the photos that could not be read")
            ->group("State");
        return [flags](Console& console) { return view(console, *flags); };
      }};
}

}  // namespace differentia::cli

// differentia_bench: measures the figures of the design, prints them as a table and writes them as
// JSON.
//
// Run it from the repository's root with OMP_WAIT_POLICY=passive and nothing else on the machine:
//   OMP_WAIT_POLICY=passive build/release/differentia_bench            everything
//   build/release/differentia_bench concepts map                        some rows

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/error.h"
#include "tools/bench/collect.h"
#include "tools/bench/concepts.h"
#include "tools/bench/identify.h"
#include "tools/bench/map.h"
#include "tools/bench/marks.h"
#include "tools/bench/marks_speed.h"
#include "tools/bench/plates.h"
#include "tools/bench/python_way.h"
#include "tools/bench/saliency.h"
#include "tools/bench/saliency_speed.h"
#include "tools/bench/same_bytes.h"
#include "tools/bench/store.h"
#include "tools/bench/table.h"
#include "tools/bench/split_taxa.h"
#include "tools/bench/taps.h"
#include "tools/bench/viewer.h"
#include "tools/bench/words.h"
#include "tools/world/write_world.h"

using namespace differentia;

namespace {

namespace fs = std::filesystem;

struct Options {
  std::string scratch = "build/bench";
  std::string model = "data/world/clean/model.pt";
  std::string photos;  // empty: the demo world, rendered into scratch
  std::string json;
  std::vector<std::string> methods;  // of the group saliency; empty: all
  int saliency_photos = 216;
  unsigned identify_seed = 31;
  std::vector<unsigned> invent;  // worlds of the group marks besides the demo world
  bool untested = false;
  int threads = 2;
};

// 64 photos a species, all held out: the network that ships has not seen them.
std::string demo_world(const Options& options, const ProgressCallback& progress) {
  if (!options.photos.empty()) return options.photos;
  world::WorldOptions world;
  world.output = options.scratch + "/world";
  world.seed = 2;
  world.train_photos = 0;
  world.test_photos = 64;
  world.several_photos = 0;
  world.threads = options.threads;
  if (!fs::exists(world.output)) world::write_world(world, progress);
  return world.output + "/photos.csv";
}

// Photos of one and of several birds, of a seed that nothing was tuned or trained on.
IdentifyBenchOptions identify_options(const Options& options, const ProgressCallback& progress) {
  world::WorldOptions world;
  world.output = fmt::format("{}/identify-world-{}", options.scratch, options.identify_seed);
  world.seed = options.identify_seed;
  world.train_photos = 0;
  world.test_photos = 4;
  world.several_photos = 96;
  world.threads = options.threads;
  if (!fs::exists(world.output)) world::write_world(world, progress);
  IdentifyBenchOptions identify;
  identify.world = world.output;
  identify.model = options.model;
  return identify;
}

MarkBenchOptions mark_options(const Options& options, const ProgressCallback& progress) {
  MarkBenchOptions marks;
  marks.worlds.push_back({"the demo world", demo_world(options, progress), options.model,
                          options.scratch + "/marks.atlas"});
  for (const unsigned number : options.invent)
    marks.worlds.push_back(invented_world(
        number, fmt::format("{}/invented-{}", options.scratch, number), options.threads, progress));
  marks.test = !options.untested;
  marks.threads = options.threads;
  return marks;
}

struct Group {
  const char* name;
  const char* what;
  std::function<std::vector<BenchRow>(const Options&, const ProgressCallback&)> run;
};

// collect comes first: its memory rows want a process that nothing else has grown.
const std::vector<Group>& groups() {
  static const std::vector<Group> all{
      {"collect", "speed against the bound, memory",
       [](const Options& options, const ProgressCallback& progress) {
         CollectBenchOptions collect;
         collect.photos = demo_world(options, progress);
         collect.model = collect.small_model = options.model;
         collect.threads = options.threads;
         return bench_collect(collect, progress);
       }},
      {"taps", "values and gradients against eager mode",
       [](const Options&, const ProgressCallback&) { return bench_taps(); }},
      {"concepts", "purity against part masks, agreement of two halves",
       [](const Options& options, const ProgressCallback& progress) {
         ConceptBenchOptions concepts;
         concepts.photos = demo_world(options, progress);
         concepts.model = options.model;
         concepts.threads = options.threads;
         return bench_concepts(concepts, progress);
       }},
      {"marks", "field marks of sister pairs against the parts that truly differ",
       [](const Options& options, const ProgressCallback& progress) {
         MarkBenchOptions marks = mark_options(options, progress);
         marks.details = options.scratch + "/marks.txt";
         return bench_marks(marks, progress);
       }},
      {"split", "false marks: one species under two names",
       [](const Options& options, const ProgressCallback& progress) {
         MarkBenchOptions marks = mark_options(options, progress);
         marks.details = options.scratch + "/split.txt";
         return bench_split_taxa(marks, options.scratch, progress);
       }},
      {"marks-speed", "how long pairs take",
       [](const Options& options, const ProgressCallback& progress) {
         return bench_marks_speed(mark_options(options, progress), progress);
       }},
      {"words", "what is said of first marks against the descriptions",
       [](const Options& options, const ProgressCallback& progress) {
         MarkBenchOptions marks = mark_options(options, progress);
         marks.details = options.scratch + "/words.txt";
         return bench_words(marks, progress);
       }},
      {"plates", "do a plate's small pictures show the same part of both",
       [](const Options& options, const ProgressCallback& progress) {
         MarkBenchOptions marks = mark_options(options, progress);
         marks.details = options.scratch + "/plates.txt";
         return bench_plates(marks, progress);
       }},
      {"map", "trustworthiness, neighbours and time against umap-learn",
       [](const Options& options, const ProgressCallback& progress) {
         MapBenchOptions map;
         map.photos = demo_world(options, progress);
         map.model = options.model;
         map.threads = options.threads;
         return bench_map(map, progress);
       }},
      {"saliency", "measures of every method, also as Markdown in SCRATCH/saliency.md",
       [](const Options& options, const ProgressCallback& progress) {
         SaliencyBenchOptions saliency;
         saliency.photos = demo_world(options, progress);
         saliency.model = options.model;
         saliency.methods = options.methods;
         saliency.count = options.saliency_photos;
         saliency.threads = options.threads;
         saliency.markdown = options.scratch + "/saliency.md";
         return bench_saliency(saliency, progress);
       }},
      {"rise", "RISE, occlusion and Score-CAM against the bare network, memory, Python",
       [](const Options& options, const ProgressCallback& progress) {
         SaliencySpeedOptions speed;
         speed.photos = demo_world(options, progress);
         speed.model = options.model;
         speed.scratch = options.scratch + "/rise";
         speed.threads = options.threads;
         return bench_saliency_speed(speed, progress);
       }},
      {"identify", "taxa in a photo: named, boxed, not split",
       [](const Options& options, const ProgressCallback& progress) {
         return bench_identify(identify_options(options, progress), progress);
       }},
      {"masks", "estimated subject masks against the true ones and GrabCut from a rectangle",
       [](const Options& options, const ProgressCallback& progress) {
         return bench_masks(identify_options(options, progress), progress);
       }},
      {"viewer", "start and frame",
       [](const Options& options, const ProgressCallback&) {
         ViewerBenchOptions viewer;
         viewer.scratch = options.scratch;
         return bench_viewer(viewer);
       }},
      {"store", "55,000 taxa",
       [](const Options& options, const ProgressCallback&) {
         return bench_store(options.scratch);
       }},
      {"bytes", "the same for 1 and 2 threads",
       [](const Options& options, const ProgressCallback& progress) {
         return bench_same_bytes({demo_world(options, progress), options.model, options.scratch},
                                 progress);
       }},
      {"python", "torch, faiss and umap-learn by hand",
       [](const Options& options, const ProgressCallback& progress) {
         world::WorldOptions world;
         world.output = options.scratch + "/small-world";
         world.seed = 3;
         world.train_photos = 0;
         world.test_photos = 8;
         world.several_photos = 0;
         world.threads = options.threads;
         if (!fs::exists(world.output)) world::write_world(world, progress);
         PythonWayOptions python;
         python.photos = world.output + "/photos.csv";
         python.script = "tools/bench/python_way.py";
         python.scratch = options.scratch + "/python-way";
         python.threads = options.threads;
         return bench_python_way(python, progress);
       }},
  };
  return all;
}

bool draw(const Progress& progress) {
  std::fprintf(stderr, "\r\033[K%s %lld/%lld %s", progress.stage.c_str(),
               static_cast<long long>(progress.done), static_cast<long long>(progress.total),
               progress.unit.c_str());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Measures the figures of the design; without a name, all of them.");
  Options options;
  std::vector<std::string> names;
  std::string help;
  for (const Group& group : groups()) help += fmt::format("\n  {}: {}", group.name, group.what);
  app.add_option("names", names, "Rows to measure:" + help);
  app.add_option("--json", options.json, "Also write the rows here");
  app.add_option("--scratch", options.scratch, "Folder for photos and atlases")
      ->capture_default_str();
  app.add_option("--photos", options.photos, "Photo set instead of the demo world's");
  app.add_option("--model", options.model, "Network")->capture_default_str();
  app.add_option("--methods", options.methods,
                 "Saliency methods to measure, over all photos each (default: all methods, those "
                 "of many passes over fewer photos)")
      ->delimiter(',');
  app.add_option("--saliency-photos", options.saliency_photos,
                 "Photos that saliency methods are measured on")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--identify-seed", options.identify_seed,
                 "Of the world that identify and masks are judged on; 3, 21 and 22 were tuned on")
      ->capture_default_str();
  app.add_option(
      "--invent", options.invent,
      "Numbers of invented worlds whose sister pairs marks are judged on, too; makes each "
      "world and trains its network where they are not in SCRATCH (ten minutes)");
  app.add_flag("--untested", options.untested, "Marks without the test by removal");
  app.add_option("--threads", options.threads, "Workers")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  try {
    std::vector<std::string> known;
    for (const Group& group : groups()) known.emplace_back(group.name);
    for (const std::string& name : names) {
      if (std::find(known.begin(), known.end(), name) == known.end())
        throw UnknownName("row", name, nearest_names(name, known));
    }
    fs::create_directories(options.scratch);
    std::vector<BenchRow> rows;
    for (const Group& group : groups()) {
      if (!names.empty() && std::find(names.begin(), names.end(), group.name) == names.end())
        continue;
      const std::vector<BenchRow> measured = group.run(options, draw);
      std::fputs("\r\033[K", stderr);
      std::fputs(table_text(measured).c_str(), stdout);
      std::fflush(stdout);
      rows.insert(rows.end(), measured.begin(), measured.end());
    }
    if (!options.json.empty()) std::ofstream(options.json) << table_json(rows).dump(2) << "\n";
    return 0;
  } catch (const InputError& error) {
    std::fprintf(stderr, "\ndifferentia_bench: %s\n", error.what());
    return 2;
  }
}

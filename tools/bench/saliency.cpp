#include "tools/bench/saliency.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tools/bench/saliency_set.h"
#include "tools/bench/saliency_table.h"

namespace differentia {

std::vector<BenchRow> bench_saliency(const SaliencyBenchOptions& options,
                                     const ProgressCallback& progress) {
  SaliencySetOptions world;
  world.name = "demo world";
  world.photos = options.photos;
  world.model = options.model;
  world.methods = options.methods;
  world.count = options.count;
  world.extra = std::max(1, options.count / 9);
  world.threads = options.threads;
  std::vector<SaliencySetOptions> sets{world};
  if (std::filesystem::exists(options.pets + "/photos.csv")) {
    SaliencySetOptions pets = world;
    pets.name = "pets";
    pets.photos = options.pets + "/photos.csv";
    pets.model = options.pets + "/model.pt";
    pets.count = std::max(1, options.count / 12);
    pets.extra = std::max(1, options.count / 36);
    sets.push_back(pets);
  }
  std::vector<BenchRow> rows;
  std::string text = methods_markdown() + "\n";
  for (const SaliencySetOptions& one : sets) {
    const SaliencySet set = measure_saliency(one, progress);
    text += saliency_markdown(set);
    const auto of_set = saliency_rows(set);
    rows.insert(rows.end(), of_set.begin(), of_set.end());
  }
  if (!options.markdown.empty()) std::ofstream(options.markdown) << text;
  return rows;
}

}  // namespace differentia

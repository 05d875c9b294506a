#include "tools/bench/map.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <numeric>

#include <fmt/format.h>
#include <omp.h>

#include "atlas/collect.h"
#include "atlas/normalisation.h"
#include "base/error.h"
#include "base/npy.h"
#include "base/statistics.h"

namespace differentia {
namespace {

// The k nearest of point i on the map, itself left out.
std::vector<std::size_t> nearest_on_map(const Layout& layout, std::size_t i, std::size_t k) {
  std::vector<std::pair<float, std::size_t>> all;
  for (std::size_t j = 0; j < layout.x.size(); ++j) {
    const float dx = layout.x[j] - layout.x[i], dy = layout.y[j] - layout.y[i];
    if (j != i) all.emplace_back(dx * dx + dy * dy, j);
  }
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(k, all.size()));
  std::partial_sort(all.begin(), end, all.end());
  std::vector<std::size_t> nearest;
  for (auto one = all.begin(); one != end; ++one) nearest.push_back(one->second);
  return nearest;
}

// The rank of every point among the neighbours of point i by cosine: 1 for the nearest, 0 for
// itself.
std::vector<std::size_t> ranks_by_cosine(const Matrix& unit, std::size_t i) {
  const auto own = unit.row(i);
  std::vector<std::pair<float, std::size_t>> all;
  for (std::size_t j = 0; j < unit.rows; ++j)
    if (j != i)
      all.emplace_back(-std::inner_product(own.begin(), own.end(), unit.row(j).begin(), 0.f), j);
  std::sort(all.begin(), all.end());
  std::vector<std::size_t> rank(unit.rows, 0);
  for (std::size_t r = 0; r < all.size(); ++r) rank[all[r].second] = r + 1;
  return rank;
}

// Calls each(ranks by cosine, nearest on the map) for a sample of points; returns how many there
// were.
template <typename Each>
std::size_t for_sample(const Matrix& unit, const Layout& layout, std::size_t k, std::size_t sample,
                       const Each& each) {
  const std::size_t points = std::min(sample, unit.rows);
  for (std::size_t s = 0; s < points; ++s) {
    const std::size_t i = s * unit.rows / points;
    each(ranks_by_cosine(unit, i), nearest_on_map(layout, i, k));
  }
  return points;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// umap-learn's layout of the same vectors, and its time.
Layout reference_layout(const MapBenchOptions& options, const Matrix& unit,
                        const LayoutOptions& layout, double& seconds) {
  std::filesystem::create_directories(options.scratch);
  const std::string vectors = options.scratch + "/vectors.npy",
                    output = options.scratch + "/layout.npy";
  write_npy<float>(vectors, {unit.rows, unit.columns}, unit.values);
  const std::string command =
      fmt::format("'{}' '{}' '{}' '{}' {} {} {}", options.python, options.script, vectors, output,
                  layout.neighbours, layout.min_dist, options.threads);
  std::FILE* pipe = popen(command.c_str(), "r");
  double measured = -1;
  const int read = pipe != nullptr ? std::fscanf(pipe, "%lf", &measured) : 0;
  if (pipe == nullptr || pclose(pipe) != 0 || read != 1)
    throw InputError("umap-learn could not be run for comparison: install umap-learn for " +
                     options.python + ".");
  seconds = measured;
  const NpyMap map(output);
  const auto values = map.values<float>();
  Layout result;
  for (std::size_t i = 0; i < unit.rows; ++i) {
    result.x.push_back(values[2 * i]);
    result.y.push_back(values[2 * i + 1]);
  }
  return result;
}

}  // namespace

double trustworthiness(const Matrix& unit, const Layout& layout, std::size_t k,
                       std::size_t sample) {
  double penalty = 0;
  const std::size_t points =
      for_sample(unit, layout, k, sample, [&](const auto& rank, const auto& nearest) {
        for (const std::size_t j : nearest)
          if (rank[j] > k) penalty += static_cast<double>(rank[j] - k);
      });
  const double n = static_cast<double>(unit.rows), m = static_cast<double>(points),
               kd = static_cast<double>(k);
  return 1 - penalty * 2 / (m * kd * (2 * n - 3 * kd - 1));
}

double neighbour_preservation(const Matrix& unit, const Layout& layout, std::size_t k,
                              std::size_t sample) {
  double kept = 0;
  const std::size_t points =
      for_sample(unit, layout, k, sample, [&](const auto& rank, const auto& nearest) {
        for (const std::size_t j : nearest) kept += rank[j] <= k ? 1 : 0;
      });
  return kept / static_cast<double>(points * k);
}

std::vector<BenchRow> bench_map(const MapBenchOptions& asked, const ProgressCallback& progress) {
  MapBenchOptions options = asked;
  if (options.scratch.empty())
    options.scratch = (std::filesystem::temp_directory_path() / "differentia_bench_map").string();
  if (options.threads <= 0) options.threads = omp_get_max_threads();
  const PhotoSet photos = read_photo_set(options.photos);
  const auto model = Model::load(options.model);
  CollectOptions collecting;
  collecting.samples_per_photo = 0;
  collecting.deep_per_photo = 0;
  collecting.rivals = 0;
  std::vector<TaxonActivations> taxa;
  NormalisationBuilder builder;
  collect(
      photos, model, outputs_of_taxa(photos, model->card(), model->outputs()), collecting,
      [&](TaxonActivations&& taxon) {
        builder.add(taxon.layer);
        taxa.push_back(std::move(taxon));
      },
      [&](int taxon) { return taxon >= options.taxa; }, progress);
  const Normalisation normalisation = builder.build();

  std::vector<double> trust, kept, ratio, ours_seconds;
  std::size_t points = 0;
  double trust_ours = 0, kept_ours = 0;
  const int threads_before = omp_get_max_threads();
  omp_set_num_threads(options.threads);
  for (const TaxonActivations& taxon : taxa) {
    report(progress, {"comparing maps", static_cast<std::int64_t>(ratio.size()),
                      static_cast<std::int64_t>(taxa.size()), "taxa", ""});
    const Matrix unit = normalisation.apply(taxon.layer);
    LayoutOptions layout = LayoutOptions::one_taxon();
    layout.threads = options.threads;
    const auto start = std::chrono::steady_clock::now();
    const Layout ours = lay_out(unit, layout);
    ours_seconds.push_back(seconds_since(start));
    double reference_seconds = 0;
    const Layout reference = reference_layout(options, unit, layout, reference_seconds);
    const double t = trustworthiness(unit, ours), p = neighbour_preservation(unit, ours);
    trust.push_back(t - trustworthiness(unit, reference));
    kept.push_back(p - neighbour_preservation(unit, reference));
    ratio.push_back(reference_seconds / ours_seconds.back());
    trust_ours += t / static_cast<double>(taxa.size());
    kept_ours += p / static_cast<double>(taxa.size());
    points += unit.rows;
  }
  omp_set_num_threads(threads_before);
  const auto n = [&](const std::vector<double>& values, const std::string& more) {
    return fmt::format("{} taxa, {} points, worst {:.3f}{}", taxa.size(), points,
                       *std::min_element(values.begin(), values.end()), more);
  };
  const double t = mean(trust), p = mean(kept), r = quantile(ratio, 0.5);
  return {{"map of a taxon: trustworthiness, ours − umap-learn's", t, "difference", -0.01,
           t >= -0.01, n(trust, fmt::format("; ours {:.3f}", trust_ours))},
          {"map of a taxon: neighbour preservation, ours − umap-learn's", p, "difference", -0.01,
           p >= -0.01, n(kept, fmt::format("; ours {:.3f}", kept_ours))},
          {"map of a taxon: umap-learn's time over ours", r, "ratio", 3, r >= 3,
           n(ratio, fmt::format("; ours {:.1f} s, {} thread(s), umap-learn's second run (compiled)",
                                mean(ours_seconds), options.threads))}};
}

}  // namespace differentia

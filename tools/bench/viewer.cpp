#include "tools/bench/viewer.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/statistics.h"
#include "tests/atlas/store/synthetic/synthetic_atlas.h"
#include "viewer/frame_times.h"

namespace differentia {

namespace {

namespace fs = std::filesystem;

constexpr double kFirstFrame = 1.0;  // seconds
constexpr double kFrame = 33;        // milliseconds
constexpr int kStarts = 5;

// One taxon's map of that many activations, without photos.
std::string make_atlas(const fs::path& folder, int points) {
  const std::string path = (folder / fmt::format("{}.atlas", points)).string();
  store::SyntheticOptions options;
  options.taxa = 1;
  options.photos_per_taxon = points / 1000;
  options.points_per_taxon = points;
  options.concepts = 24;
  options.photo_files = false;
  options.level_bins = {8, 16, 32, 64};
  if (points > 100000) options.level_bins = {8, 16, 32, 64, 128, 256};
  store::make_synthetic_atlas(path, options);
  return path;
}

}  // namespace

std::vector<BenchRow> bench_viewer(const ViewerBenchOptions& options,
                                   const ProgressCallback& progress) {
  const bool own = options.scratch.empty();
  const fs::path folder =
      own ? fs::temp_directory_path() / "differentia_bench_viewer" : fs::path(options.scratch);
  fs::create_directories(folder);
  std::vector<BenchRow> rows;
  std::int64_t done = 0;
  for (const int points : {10000, 1000000}) {
    report(progress, {"viewer", done++, 4, "steps", "making an atlas"});
    viewer::ViewOptions view;
    view.atlas = make_atlas(folder, points);
    view.initial.taxon = "0";
    report(progress, {"viewer", done++, 4, "steps", "drawing frames"});
    const std::string size = points == 10000 ? "10 k" : "1 M";
    if (points == 1000000) {
      std::vector<double> starts;
      for (int i = 0; i < kStarts; ++i)
        starts.push_back(viewer::measure_frames(view, 0).start_to_first_frame);
      const double median = quantile(starts, 0.5);
      rows.push_back({"view: start to first frame, atlas of " + size + " activations", median, "s",
                      kFirstFrame, median <= kFirstFrame,
                      fmt::format("median of {} starts, {:.2f} to {:.2f} s", kStarts,
                                  *std::min_element(starts.begin(), starts.end()),
                                  *std::max_element(starts.begin(), starts.end()))});
    }
    const viewer::FrameTimes times = viewer::measure_frames(view, options.frames);
    const double slow = 1000 * quantile(times.frames, 0.99);
    rows.push_back(
        {"view: 99th percentile frame, 1280x800, " + size + " activations", slow, "ms", kFrame,
         slow <= kFrame,
         fmt::format("{} frames, median {:.1f} ms; processor time over all threads: median {:.1f}, "
                     "99th percentile {:.1f} ms; at most {} tiles",
                     times.frames.size(), 1000 * quantile(times.frames, 0.5),
                     1000 * quantile(times.processor, 0.5), 1000 * quantile(times.processor, 0.99),
                     times.most_tiles)});
  }
  if (own) fs::remove_all(folder);
  return rows;
}

}  // namespace differentia

#include "atlas/marks/pixel_test.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

#include <fmt/format.h>

#include "atlas/marks/removal.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/random.h"
#include "base/statistics.h"

namespace differentia {
namespace {

constexpr double kOnSubject = 0.5;

double share_of(const PairSide& side, const GridGeometry& grid, std::size_t photo,
                const Region& region) {
  double sum = 0, count = 0;
  const std::size_t cells = static_cast<std::size_t>(grid.height * grid.width);
  for (const Cell& cell : region) {
    const float share =
        side.subject[photo * cells + static_cast<std::size_t>(cell.row * grid.width + cell.column)];
    if (std::isnan(share)) continue;
    sum += share;
    count += 1;
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

// Regions of the same shape elsewhere: on the subject for what is on it, off it for what is off;
// anywhere where there is no mask.
std::vector<Region> controls(const PairEvidence& pair, const Candidate& candidate,
                             std::size_t photo, const Region& region, bool on_subject,
                             const PixelTestOptions& options) {
  const GridGeometry& grid = pair.layer.grid;
  const PairSide& side = pair.side(candidate.carrier);
  const Peak& peak = candidate.peaks[photo];
  const int apart = 2 * reach(grid) + 2;
  std::vector<Region> fit;
  for (int row = 0; row < grid.height; ++row) {
    for (int column = 0; column < grid.width; ++column) {
      if (std::max(std::abs(row - peak.row), std::abs(column - peak.column)) < apart) continue;
      Region there = moved(grid, region, {peak.row, peak.column}, {row, column});
      if (there.size() < region.size()) continue;
      const double share = share_of(side, grid, photo, there);
      if (!std::isnan(share) && (on_subject ? share < kOnSubject : share > 0)) continue;
      fit.push_back(std::move(there));
    }
  }
  Random random(options.seed, stream_id("controls"),
                static_cast<std::uint32_t>(side.photos[photo].record.id));
  random.shuffle(fit);
  if (fit.size() > static_cast<std::size_t>(options.controls))
    fit.resize(static_cast<std::size_t>(options.controls));
  return fit;
}

}  // namespace

double share_on_subject(const PairEvidence& pair, const Candidate& candidate) {
  const PairSide& side = pair.side(candidate.carrier);
  const GridGeometry& grid = pair.layer.grid;
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < side.photos.size(); ++i) {
    if (side.photos[i].testing || !candidate.peaks[i].seen()) continue;
    double most = std::numeric_limits<double>::quiet_NaN();
    for (const Cell& cell : region_of(grid, candidate.peaks[i], side.toward_of(i, pair.cells()))) {
      const float share = side.subject[i * pair.cells() + static_cast<std::size_t>(
                                                              cell.row * grid.width + cell.column)];
      if (!std::isnan(share)) most = std::isnan(most) ? share : std::max<double>(most, share);
    }
    if (std::isnan(most)) continue;
    sum += most;
    count += 1;
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

std::vector<std::vector<RemovalFall>> removal_falls(const PairEvidence& pair,
                                                    const std::shared_ptr<const Model>& model,
                                                    const std::vector<const Candidate*>& candidates,
                                                    const std::vector<std::size_t>& photos,
                                                    const PixelTestOptions& options,
                                                    const ProgressCallback& progress) {
  std::vector<std::vector<RemovalFall>> falls(candidates.size(),
                                              std::vector<RemovalFall>(photos.size()));
  if (candidates.empty() || photos.empty()) return falls;
  const Side own = candidates.front()->carrier;
  const PairSide& side = pair.side(own);
  const int output = side.taxon.output, rival = pair.side(other(own)).taxon.output;
  const GridGeometry& grid = pair.layer.grid;
  std::vector<char> on_subject;
  for (const Candidate* candidate : candidates)
    on_subject.push_back(!(share_on_subject(pair, *candidate) < kOnSubject));
  std::atomic<std::int64_t> done{0};
  const std::thread::id caller = std::this_thread::get_id();
  for_each_job(
      photos.size(), options.threads,
      [&] { return std::make_unique<Removal>(model, pair.layer, options.photo_root); },
      [&](const std::unique_ptr<Removal>& removal, std::size_t j) {
        const std::size_t photo = photos[j];
        if (removal->read(side.photos[photo].record)) {
          std::vector<Region> regions;
          std::vector<std::size_t> first(candidates.size() + 1, 0);
          for (std::size_t c = 0; c < candidates.size(); ++c) {
            first[c] = regions.size();
            const Peak& peak = candidates[c]->peaks[photo];
            if (!peak.seen()) continue;
            const Region own_region = region_of(grid, peak, side.toward_of(photo, pair.cells()));
            regions.push_back(own_region);
            if (options.controls > 0)
              for (Region& there :
                   controls(pair, *candidates[c], photo, own_region, on_subject[c] != 0, options))
                regions.push_back(std::move(there));
          }
          first.back() = regions.size();
          const std::vector<double> margins = removal->margins(output, rival, regions);
          for (std::size_t c = 0; c < candidates.size(); ++c) {
            RemovalFall& result = falls[c][j];
            result.read = true;
            result.margin = margins[0];
            const Peak& peak = candidates[c]->peaks[photo];
            result.seen = peak.seen();
            if (!result.seen) continue;
            result.fall = margins[0] - margins[first[c] + 1];
            const std::size_t last = first[c + 1];
            double sum = 0;
            for (std::size_t r = first[c] + 1; r < last; ++r) sum += margins[0] - margins[r + 1];
            if (last > first[c] + 1)
              result.elsewhere = sum / static_cast<double>(last - first[c] - 1);
            if (options.place)
              result.place = removal->place(output, rival,
                                            window(grid, {peak.row, peak.column}, 2 * reach(grid)));
          }
        }
        const std::int64_t so_far = ++done;
        if (std::this_thread::get_id() == caller)
          report(progress, {options.place ? "placing marks" : "testing by removal", so_far,
                            static_cast<std::int64_t>(photos.size()), "photos", ""});
      });
  const bool any = std::any_of(falls.front().begin(), falls.front().end(),
                               [](const RemovalFall& fall) { return fall.read; });
  if (!any)
    throw InputError(fmt::format(
        "None of the photos of {} can be read below '{}'; say where the photos are now with "
        "--photos FOLDER, or leave the test by removal out with --untested.",
        side.taxon.name, options.photo_root));
  return falls;
}

}  // namespace differentia

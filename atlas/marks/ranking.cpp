#include "atlas/marks/ranking.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "atlas/marks/exchange.h"
#include "atlas/marks/two_sides.h"
#include "base/parallel.h"

namespace differentia {
namespace {

// Where no removal moves the margin by this share of it, inpainting does not reach what the model
// goes by (a large part is filled in with itself), and attribution ranks.
constexpr double kMovesAtAll = 0.15;
constexpr double kTogether = 0.5;  // share of photos in which two marks are neighbours: one

void exchange_all(const PairEvidence& pair, const PairSpace& space,
                  const std::shared_ptr<const Model>& model, const CompareOptions& options,
                  std::vector<RankedCandidate>& ranked) {
  for_each_job(
      ranked.size(), options.threads,
      [&] { return std::make_unique<TailAttribution>(model, pair.layer.path); },
      [&](const std::unique_ptr<TailAttribution>& tail, std::size_t r) {
        std::vector<std::size_t> photos = photos_of_half(pair, ranked[r].candidate.carrier, false);
        if (photos.size() > static_cast<std::size_t>(options.ranking_photos))
          photos.resize(static_cast<std::size_t>(options.ranking_photos));
        ranked[r].exchanged =
            least_form_mean(pair, ranked[r].candidate.carrier, photos,
                            exchange_falls(pair, space, ranked[r].candidate, photos, *tail));
      });
}

// Ranks by what removal does on the finding half.
void rank_by_removal(const PairEvidence& pair, const std::shared_ptr<const Model>& model,
                     const CompareOptions& options, const ProgressCallback& progress,
                     std::vector<RankedCandidate>& ranked) {
  bool moves = false;
  for (const Side side : {Side::kA, Side::kB}) {
    std::vector<std::size_t> which;
    const auto candidates = of_carrier(ranked, side, which);
    std::vector<std::size_t> photos = photos_of_half(pair, side, false);
    if (photos.size() > static_cast<std::size_t>(options.ranking_photos))
      photos.resize(static_cast<std::size_t>(options.ranking_photos));
    PixelTestOptions test;
    test.photo_root = options.photo_root;
    test.controls = 0;
    test.threads = options.threads;
    test.seed = options.seed;
    const auto falls = removal_falls(pair, model, candidates, photos, test, progress);
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      std::vector<double> values;
      std::vector<std::size_t> read;
      for (std::size_t j = 0; j < photos.size(); ++j) {
        if (!falls[c][j].read) continue;
        values.push_back(falls[c][j].fall);
        read.push_back(photos[j]);
      }
      RankedCandidate& one = ranked[which[c]];
      one.fall = least_form_mean(pair, side, read, values);
      one.rank = std::max(0.0, one.fall) * std::sqrt(std::max(0.0, one.candidate.novelty));
      if (one.rank > 0 && one.fall >= kMovesAtAll * std::max(1.0, median_margin(pair, side)))
        moves = true;
    }
  }
  if (!moves)
    for (RankedCandidate& one : ranked) one.rank = one.candidate.score;
}

bool neighbours(const PairEvidence& pair, const Candidate& one, const Candidate& two) {
  if (one.carrier != two.carrier) return false;
  const int near = 2 * reach(pair.layer.grid);
  double both = 0, close = 0;
  for (const std::size_t i : photos_of_half(pair, one.carrier, false)) {
    if (!one.peaks[i].seen() || !two.peaks[i].seen()) continue;
    both += 1;
    close += std::max(std::abs(one.peaks[i].row - two.peaks[i].row),
                      std::abs(one.peaks[i].column - two.peaks[i].column)) <= near;
  }
  return both > 0 && close / both >= kTogether;
}

// Best first; of neighbours that go together the best stands for all.
void order_and_merge(const PairEvidence& pair, const CompareOptions& options,
                     std::vector<RankedCandidate>& ranked) {
  std::stable_sort(
      ranked.begin(), ranked.end(),
      [](const RankedCandidate& one, const RankedCandidate& two) { return one.rank > two.rank; });
  std::vector<RankedCandidate> kept;
  for (RankedCandidate& one : ranked) {
    if (one.rank <= 0) continue;
    const auto same = std::find_if(kept.begin(), kept.end(), [&](const RankedCandidate& other_one) {
      return neighbours(pair, other_one.candidate, one.candidate);
    });
    if (same != kept.end())
      ++same->merged;
    else if (kept.size() < static_cast<std::size_t>(options.most))
      kept.push_back(std::move(one));
  }
  ranked = std::move(kept);
}

}  // namespace

std::vector<const Candidate*> of_carrier(const std::vector<RankedCandidate>& ranked, Side side,
                                         std::vector<std::size_t>& which) {
  std::vector<const Candidate*> candidates;
  which.clear();
  for (std::size_t r = 0; r < ranked.size(); ++r) {
    if (ranked[r].candidate.carrier != side) continue;
    candidates.push_back(&ranked[r].candidate);
    which.push_back(r);
  }
  return candidates;
}

std::vector<RankedCandidate> rank_candidates(const PairEvidence& pair, const PairSpace& space,
                                             const std::shared_ptr<const Model>& model,
                                             std::vector<Candidate> candidates,
                                             const CompareOptions& options,
                                             const ProgressCallback& progress) {
  std::vector<RankedCandidate> ranked;
  for (Candidate& candidate : candidates) {
    RankedCandidate one;
    one.rank = candidate.score;
    one.candidate = std::move(candidate);
    ranked.push_back(std::move(one));
  }
  exchange_all(pair, space, model, options, ranked);
  if (options.test) rank_by_removal(pair, model, options, progress, ranked);
  order_and_merge(pair, options, ranked);
  if (options.test) put_what_shows_first(pair, model, options, ranked, progress);
  return ranked;
}

}  // namespace differentia

#include "atlas/marks/two_sides.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "atlas/marks/removal.h"
#include "base/parallel.h"
#include "base/statistics.h"

namespace differentia {
namespace {

constexpr double kNear = 0.35;      // of the subject's bounding box: by the grid, worth a look
constexpr double kSamePlace = 0.2;  // the same: by pixels, one place
constexpr double kLeastRank = 1.0 / 4;
constexpr double kClearly = 0.025;  // chance
constexpr double kRadius = 0.12;    // of the root of the subject's area
constexpr std::size_t kLeast = 5;   // photos of either
constexpr int kPatch = 32;          // pixels that structure is measured on

// A place in the subject's bounding box, folded across.
std::optional<Point> on_body(const PairPhoto& photo, Point place) {
  const Box& subject = photo.record.subject;
  if (!(subject.width > 0) || !(subject.height > 0)) return std::nullopt;
  return Point{std::abs((place.x - subject.x) / subject.width - 0.5),
               (place.y - subject.y) / subject.height};
}

// One candidate in photos of the finding half.
struct Shown {
  std::vector<Point> places;  // on the body
  std::vector<double> structures;

  Point place() const {
    Point sum;
    for (const Point& one : places) {
      sum.x += one.x / static_cast<double>(places.size());
      sum.y += one.y / static_cast<double>(places.size());
    }
    return sum;
  }
};

bool within(Point one, Point two, double distance) {
  return std::abs(one.x - two.x) <= distance && std::abs(one.y - two.y) <= distance;
}

Shown on_grid(const PairEvidence& pair, const Candidate& candidate) {
  Shown shown;
  const PairSide& side = pair.side(candidate.carrier);
  for (const std::size_t i : photos_of_half(pair, candidate.carrier, false)) {
    const Peak& peak = candidate.peaks[i];
    if (!peak.seen()) continue;
    const PairPhoto& photo = side.photos[i];
    const auto place =
        on_body(photo, photo.geometry.to_photo(pair.layer.grid.centre(peak.row, peak.column)));
    if (place) shown.places.push_back(*place);
  }
  return shown;
}

double subject_area(const PairEvidence& pair, const PairSide& side, std::size_t photo) {
  const Size input = pair.layer.input;
  double share = 0;
  for (std::size_t p = photo * pair.cells(); p < (photo + 1) * pair.cells(); ++p)
    if (!std::isnan(side.subject[p])) share += side.subject[p] / static_cast<double>(pair.cells());
  return share * input.width * input.height;
}

Shown on_pixels(const PairEvidence& pair, const std::shared_ptr<const Model>& model,
                const Candidate& candidate, const CompareOptions& options) {
  const PairSide& side = pair.side(candidate.carrier);
  const int own = side.taxon.output, rival = pair.side(other(candidate.carrier)).taxon.output;
  const GridGeometry& grid = pair.layer.grid;
  const std::vector<std::size_t> photos = photos_of_half(pair, candidate.carrier, false);
  std::vector<std::optional<std::pair<Point, double>>> found(photos.size());
  for_each_job(
      photos.size(), options.threads,
      [&] { return std::make_unique<Removal>(model, pair.layer, options.photo_root); },
      [&](const std::unique_ptr<Removal>& removal, std::size_t j) {
        const std::size_t i = photos[j];
        const Peak& peak = candidate.peaks[i];
        const PairPhoto& photo = side.photos[i];
        if (!peak.seen() || !removal->read(photo.record)) return;
        const auto place =
            removal->place(own, rival, window(grid, {peak.row, peak.column}, 2 * reach(grid)));
        if (!place) return;
        const auto body = on_body(photo, *place);
        if (!body) return;
        const double radius = kRadius * std::sqrt(subject_area(pair, side, i));
        cv::Mat rgb;  // the picture is in the card's order
        if (model->card().input.rgb)
          rgb = removal->picture();
        else
          cv::cvtColor(removal->picture(), rgb, cv::COLOR_BGR2RGB);
        found[j] = std::make_pair(*body, structure(rgb, photo.geometry.to_input(*place), radius));
      });
  Shown shown;
  for (const auto& one : found) {
    if (!one) continue;
    shown.places.push_back(one->first);
    shown.structures.push_back(one->second);
  }
  return shown;
}

}  // namespace

double structure(const cv::Mat& picture, Point centre, double radius) {
  if (!(radius > 0)) return 0;
  const double scale = kPatch / (2 * radius);
  const cv::Matx23d to_patch(scale, 0, kPatch / 2.0 - scale * centre.x,  //
                             0, scale, kPatch / 2.0 - scale * centre.y);
  cv::Mat patch, lab;
  cv::warpAffine(picture, patch, to_patch, {kPatch, kPatch}, cv::INTER_AREA, cv::BORDER_REPLICATE);
  cv::cvtColor(patch, lab, cv::COLOR_RGB2Lab);  // 8 bits: lightness 0…255, as the eye weighs it
  cv::Mat across, down;
  cv::Sobel(lab, across, CV_32F, 1, 0);
  cv::Sobel(lab, down, CV_32F, 0, 1);
  double sum = 0;
  for (int y = 0; y < kPatch; ++y)
    for (int x = 0; x < kPatch; ++x) {
      const auto &a = across.at<cv::Vec3f>(y, x), &d = down.at<cv::Vec3f>(y, x);
      sum += std::sqrt(a.dot(a) + d.dot(d));
    }
  return sum / (kPatch * kPatch);
}

void put_what_shows_first(const PairEvidence& pair, const std::shared_ptr<const Model>& model,
                          const CompareOptions& options, std::vector<RankedCandidate>& ranked,
                          const ProgressCallback& progress) {
  std::vector<Shown> grid;
  for (const RankedCandidate& one : ranked) grid.push_back(on_grid(pair, one.candidate));
  std::map<const std::vector<Peak>*, Shown> known;  // by the candidate's own peaks, which stay
  const auto pixels = [&](const RankedCandidate& one) -> const Shown& {
    const auto* key = &one.candidate.peaks;
    const auto found = known.find(key);
    if (found != known.end()) return found->second;
    report(progress, {"looking at both sides", 0, 0, "", ""});
    return known.emplace(key, on_pixels(pair, model, one.candidate, options)).first->second;
  };
  std::vector<std::size_t> order(ranked.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t first = 0; first < order.size(); ++first) {
    for (std::size_t second = first + 1; second < order.size(); ++second) {
      const RankedCandidate &one = ranked[order[first]], &two = ranked[order[second]];
      if (one.candidate.carrier == two.candidate.carrier || two.rank < kLeastRank * one.rank)
        continue;
      if (grid[order[first]].places.size() < kLeast || grid[order[second]].places.size() < kLeast ||
          !within(grid[order[first]].place(), grid[order[second]].place(), kNear))
        continue;
      const Shown &shown = pixels(one), &more = pixels(two);
      if (shown.places.size() < kLeast || more.places.size() < kLeast ||
          !within(shown.place(), more.place(), kSamePlace))
        continue;
      if (rank_sum_p(more.structures, shown.structures) <= kClearly)
        std::swap(order[first], order[second]);
      break;
    }
  }
  std::vector<RankedCandidate> ordered;
  for (const std::size_t i : order) ordered.push_back(std::move(ranked[i]));
  ranked = std::move(ordered);
}

}  // namespace differentia

#include "tools/bench/marks.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "atlas/build.h"
#include "atlas/marks/compare.h"
#include "atlas/marks/pair_evidence.h"
#include "base/error.h"
#include "base/random.h"
#include "base/statistics.h"
#include "explain/saliency/session.h"
#include "tools/world/description.h"
#include "tools/world/train/train.h"
#include "tools/world/write_world.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;

constexpr double kTolerance = 0.05;  // of the frame's longer side
constexpr double kMoves = 0.2;       // of the margin
constexpr double kLeastMargin = 1;   // logits: a nil margin makes everything a move

// What exchanging one part between two sisters does, a mean of both directions.
struct PartEffect {
  std::string part;
  double effect = 0;  // logits
  double margin = 0;  // logits
  double share() const { return effect / std::max(margin, kLeastMargin); }
};

using PairEffects = std::map<std::pair<std::string, std::string>, std::vector<PartEffect>>;

PairEffects read_effects(const std::string& report) {
  std::ifstream file(report);
  if (!file) throw FileError(report, report + ": there is no report of training beside the model.");
  const nlohmann::json json = nlohmann::json::parse(file);
  std::map<std::pair<std::string, std::string>, std::map<std::string, std::vector<PartEffect>>> all;
  for (const auto& entry : json.at("exchanges")) {
    std::string a = entry.at("a"), b = entry.at("b");
    if (b < a) std::swap(a, b);
    const double margin = entry.at("margin");
    all[{a, b}][entry.at("part")].push_back(
        {entry.at("part"), entry.at("effect").get<double>() * margin, margin});
  }
  PairEffects effects;
  for (const auto& [pair, parts] : all) {
    for (const auto& [part, both] : parts) {
      PartEffect mean{part, 0, 0};
      for (const PartEffect& one : both) {
        mean.effect += one.effect / static_cast<double>(both.size());
        mean.margin += one.margin / static_cast<double>(both.size());
      }
      effects[pair].push_back(mean);
    }
  }
  return effects;
}

// Distances to parts in photos of one world, as shares of the frame's longer side.
class PartDistances {
 public:
  explicit PartDistances(std::string root) : root_(std::move(root)) {}

  // Whether the point lies within the tolerance of one of the parts; false where none is visible.
  bool hit(const store::PhotoRecord& photo, Point point, const std::vector<std::string>& parts) {
    const std::string key = fmt::format("{}|{}", photo.path, fmt::join(parts, ","));
    auto found = maps_.find(key);
    if (found == maps_.end()) found = maps_.emplace(key, distances(photo, parts)).first;
    const cv::Mat& map = found->second;
    if (map.empty()) return false;
    const int x = std::clamp(static_cast<int>(point.x), 0, map.cols - 1);
    const int y = std::clamp(static_cast<int>(point.y), 0, map.rows - 1);
    return map.at<float>(y, x) <= kTolerance * std::max(map.cols, map.rows);
  }

  // A random point on the subject.
  Point random_place(const store::PhotoRecord& photo) {
    const cv::Mat mask = part_mask(photo);
    std::vector<cv::Point> points;
    cv::findNonZero(mask, points);
    if (points.empty()) return {mask.cols / 2.0, mask.rows / 2.0};
    Random random(1, stream_id("random place"), static_cast<std::uint32_t>(photo.id));
    const cv::Point at = points[random.below(static_cast<std::uint32_t>(points.size()))];
    return {at.x + 0.5, at.y + 0.5};
  }

 private:
  cv::Mat part_mask(const store::PhotoRecord& photo) const {
    const fs::path path =
        (fs::path(root_) / "parts" / fs::path(photo.path).lexically_relative("photos"))
            .replace_extension(".png");
    cv::Mat mask = cv::imread(path.string(), cv::IMREAD_GRAYSCALE);
    if (mask.empty())
      throw FileError(path.string(), path.string() + ": there is no such part mask.");
    return mask;
  }

  cv::Mat distances(const store::PhotoRecord& photo, const std::vector<std::string>& parts) const {
    const cv::Mat mask = part_mask(photo);
    cv::Mat away(mask.size(), CV_8U, cv::Scalar(255));
    for (const std::string& part : parts)
      away.setTo(0, mask == static_cast<int>(world::part_from_name(part)));
    if (cv::countNonZero(away) == static_cast<int>(away.total())) return {};
    cv::Mat result;
    cv::distanceTransform(away, result, cv::DIST_L2, 5);
    return result;
  }

  std::string root_;
  std::map<std::string, cv::Mat> maps_;
};

// Of one pair: the share of its carrier's testing photos in which a place is right.
struct PairHits {
  double mark = 0, map_peak = 0, grad_cam = 0, random = 0, centre = 0;
  bool most(double share) const { return share > 0.5; }
};

Point map_peak(const PairEvidence& pair, const PairSide& side, std::size_t photo) {
  const auto toward = side.toward_of(photo, pair.cells());
  const auto p = static_cast<int>(std::max_element(toward.begin(), toward.end()) - toward.begin());
  const int width = pair.layer.grid.width;
  return side.photos[photo].geometry.to_photo(pair.layer.grid.centre(p / width, p % width));
}

Point grad_cam_peak(SaliencySession& session, const std::string& path, int own, int rival) {
  const Photo photo = decode_photo(path);
  const Saliency saliency = session.run(photo, Target::difference(own, rival), SaliencyOptions{});
  cv::Mat map = saliency.map.clone();
  cv::patchNaNs(map, -1e30);
  cv::Point at;
  cv::minMaxLoc(map, nullptr, nullptr, nullptr, &at);
  return {(at.x + 0.5) * photo.full_size.width / map.cols,
          (at.y + 0.5) * photo.full_size.height / map.rows};
}

struct Judged {
  std::vector<PairHits> pairs;
  std::vector<double> strengths, effects;  // over (pair, differing part)
  int tested = 0, refused = 0;             // pairs whose first mark is tested; pairs with a verdict
  std::vector<std::string> lines;
};

double share_of(const Mark& mark, const PairEvidence& pair, PartDistances& distances,
                const std::vector<std::string>& parts) {
  std::map<std::int32_t, Point> places;
  for (const Sighting& sighting : mark.sightings)
    if (sighting.testing) places[sighting.photo] = sighting.place;
  double hits = 0, of = 0;
  for (const PairPhoto& photo : pair.side(mark.carrier).photos) {
    if (!photo.testing) continue;
    of += 1;
    const auto found = places.find(photo.record.id);
    hits += found != places.end() && distances.hit(photo.record, found->second, parts);
  }
  return of > 0 ? hits / of : 0;
}

void judge_world(const MarkWorld& world, const MarkBenchOptions& options,
                 const ProgressCallback& progress, Judged& judged) {
  const std::string root = fs::path(world.photos).parent_path().string();
  const auto model = Model::load(world.model);
  if (!fs::exists(world.atlas)) {
    BuildOptions build_options;
    build_options.photos = world.photos;
    build_options.model = world.model;
    build_options.output = world.atlas;
    build_options.points_per_taxon = 500;
    build_options.points_of_all = 0;
    build_options.threads = options.threads;
    build(build_options, progress);
  }
  const store::Reader atlas(world.atlas);
  std::map<std::string, std::int32_t> ids;
  for (const store::TaxonRecord& taxon : atlas.taxa()) ids[taxon.name] = taxon.id;
  PartDistances distances(root);
  SaliencySession session(model, 16, 1);
  std::int64_t done = 0;
  const PairEffects effects =
      read_effects((fs::path(world.model).parent_path() / "report.json").string());
  for (const auto& [names, parts] : effects) {
    report(progress, {"comparing sisters of " + world.name, done++,
                      static_cast<std::int64_t>(effects.size()), "pairs", names.first});
    CompareOptions comparing;
    comparing.test = options.test;
    comparing.photo_root = root;
    comparing.threads = options.threads;
    const std::int32_t a = ids.at(names.first), b = ids.at(names.second);
    const PairMarks marks = compare_pair(atlas, model, a, b, comparing);
    PairEvidenceOptions gathering;
    gathering.threads = options.threads;
    const PairEvidence pair = pair_evidence(atlas, model, a, b, gathering);
    std::vector<std::string> differing;
    bool moves = false;
    for (const PartEffect& part : parts) {
      differing.push_back(part.part);
      moves = moves || part.share() >= kMoves;
      double strength = 0;
      for (const Mark& mark : marks.marks)
        if (share_of(mark, pair, distances, {part.part}) > 0.5)
          strength = std::max(strength, mark.strength);
      judged.strengths.push_back(strength);
      judged.effects.push_back(part.share());
    }
    if (!moves) continue;
    PairHits hits;
    const Side carrier = marks.marks.empty() ? Side::kA : marks.marks.front().carrier;
    if (!marks.marks.empty()) hits.mark = share_of(marks.marks.front(), pair, distances, differing);
    const PairSide& side = pair.side(carrier);
    double of = 0;
    for (std::size_t i = 0; i < side.photos.size(); ++i) {
      const store::PhotoRecord& photo = side.photos[i].record;
      if (!side.photos[i].testing) continue;
      of += 1;
      hits.map_peak += distances.hit(photo, map_peak(pair, side, i), differing);
      hits.random += distances.hit(photo, distances.random_place(photo), differing);
      hits.centre +=
          distances.hit(photo, {photo.size.width / 2.0, photo.size.height / 2.0}, differing);
      hits.grad_cam +=
          distances.hit(photo,
                        grad_cam_peak(session, (fs::path(root) / photo.path).string(),
                                      side.taxon.output, pair.side(other(carrier)).taxon.output),
                        differing);
    }
    for (double* share : {&hits.map_peak, &hits.random, &hits.centre, &hits.grad_cam})
      *share /= std::max(1.0, of);
    judged.pairs.push_back(hits);
    const bool tested = !marks.marks.empty() && marks.marks.front().status == MarkStatus::kTested;
    judged.tested += tested;
    judged.refused += !marks.verdict.empty();
    std::string line = fmt::format("{}: {} / {}: ", world.name, names.first, names.second);
    for (const PartEffect& part : parts) line += fmt::format("{} {:.2f} ", part.part, part.share());
    line += fmt::format("| margins {:.1f} {:.1f} | hit {:.2f} map {:.2f} cam {:.2f} random {:.2f}",
                        marks.taxa[0].margin, marks.taxa[1].margin, hits.mark, hits.map_peak,
                        hits.grad_cam, hits.random);
    for (const Mark& mark : marks.marks)
      line += fmt::format(" | {}{} strength {:.2f} at {:.2f}", mark.carrier == Side::kA ? "A" : "B",
                          mark.status == MarkStatus::kTested ? "*" : "", mark.strength,
                          share_of(mark, pair, distances, differing));
    if (!marks.verdict.empty()) line += " | " + marks.verdict;
    judged.lines.push_back(std::move(line));
  }
}

}  // namespace

std::vector<BenchRow> bench_marks(const MarkBenchOptions& options,
                                  const ProgressCallback& progress) {
  Judged judged;
  for (const MarkWorld& world : options.worlds) judge_world(world, options, progress, judged);
  if (!options.details.empty()) {
    std::ofstream file(options.details);
    for (const std::string& line : judged.lines) file << line << "\n";
  }
  std::vector<std::string> names;
  for (const MarkWorld& world : options.worlds) names.push_back(world.name);
  const std::size_t n = judged.pairs.size();
  const auto row = [&](const char* name, double PairHits::*share, std::optional<double> target) {
    std::size_t most = 0;
    double mean_share = 0;
    for (const PairHits& pair : judged.pairs) {
      most += pair.most(pair.*share);
      mean_share += pair.*share / static_cast<double>(n);
    }
    const Estimate estimate = wilson(most, n);
    return BenchRow{
        std::string("pairs whose ") + name + " is at a part that differs",
        estimate.value,
        "share",
        target,
        !target || estimate.value >= *target,
        fmt::format("{} of {} sister pairs of {}, 95 % interval {:.2f} to {:.2f}; in {:.2f} of the "
                    "carrier's held-out photos",
                    most, n, fmt::join(names, ", "), estimate.low, estimate.high, mean_share)};
  };
  std::vector<BenchRow> rows{row("first mark", &PairHits::mark, 0.95),
                             row("map's peak", &PairHits::map_peak, std::nullopt),
                             row("Grad-CAM difference's peak", &PairHits::grad_cam, std::nullopt),
                             row("random place on the subject", &PairHits::random, std::nullopt),
                             row("photos' centre", &PairHits::centre, std::nullopt)};
  const double correlation = spearman(judged.strengths, judged.effects);
  rows.push_back(
      {"marks' strength against the effect of exchanging the part", correlation, "Spearman", 0.8,
       correlation >= 0.8,
       fmt::format("{} differing parts of these worlds' sister pairs", judged.effects.size())});
  rows.push_back(
      {"pairs whose first mark is tested", n > 0 ? judged.tested / static_cast<double>(n) : 0,
       "share", std::nullopt, true,
       fmt::format("{} of {}; {} are said to have no reason", judged.tested, n, judged.refused)});
  return rows;
}

MarkWorld invented_world(unsigned number, const std::string& folder, int threads,
                         const ProgressCallback& progress) {
  MarkWorld result;
  result.name = fmt::format("invented {}", number);
  result.photos = folder + "/world/photos.csv";
  result.model = folder + "/network/model.pt";
  result.atlas = folder + "/marks.atlas";
  fs::create_directories(folder);
  if (!fs::exists(folder + "/world")) {
    world::WorldOptions options;
    options.invent = number;
    options.output = folder + "/world";
    options.train_photos = 0;
    options.test_photos = 64;
    options.several_photos = 0;
    options.threads = threads;
    world::write_world(options, progress);
  }
  if (!fs::exists(result.model)) {
    world::TrainOptions options;
    options.invent = number;
    options.output = folder + "/network";
    options.threads = threads;
    world::train_world(options, progress);
  }
  return result;
}

}  // namespace differentia

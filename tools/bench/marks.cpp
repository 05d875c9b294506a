#include "tools/bench/marks.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "atlas/marks/pair_evidence.h"
#include "base/error.h"
#include "base/statistics.h"
#include "explain/saliency/session.h"
#include "tools/bench/part_places.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;

constexpr double kMoves = 0.2;      // of the margin
constexpr double kLeastMargin = 1;  // logits: a nil margin makes everything a move

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

// Of one pair: the share of its carrier's testing photos in which a place is right.
struct PairHits {
  double mark = 0, map_peak = 0, grad_cam = 0, salient = 0, random = 0, centre = 0;
  bool recalled = false;  // a mark of the first three is right
  bool most(double share) const { return share > 0.5; }
};

Point map_peak(const PairEvidence& pair, const PairSide& side, std::size_t photo) {
  const auto toward = side.toward_of(photo, pair.cells());
  const auto p = static_cast<int>(std::max_element(toward.begin(), toward.end()) - toward.begin());
  const int width = pair.layer.grid.width;
  return side.photos[photo].geometry.to_photo(pair.layer.grid.centre(p / width, p % width));
}

// Where plain Grad-CAM is highest, photo coordinates.
Point grad_cam_peak(SaliencySession& session, const Photo& photo, const Target& target) {
  cv::Mat map = session.run(photo, target, SaliencyOptions{}).map.clone();
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

// Of the carrier's testing photos, the share in which the mark is where `right` says.
template <typename Right>
double share_of(const Mark& mark, const PairEvidence& pair, const Right& right) {
  std::map<std::int32_t, Point> places;
  for (const Sighting& sighting : mark.sightings)
    if (sighting.testing) places[sighting.photo] = sighting.place;
  double hits = 0, of = 0;
  for (const PairPhoto& photo : pair.side(mark.carrier).photos) {
    if (!photo.testing) continue;
    of += 1;
    const auto found = places.find(photo.record.id);
    hits += found != places.end() && right(photo.record, found->second);
  }
  return of > 0 ? hits / of : 0;
}

// One world while its pairs are judged.
struct Judging {
  const OpenWorld& world;
  PartPlaces places;
  SaliencySession session;

  explicit Judging(const OpenWorld& of) : world(of), places(of.root), session(of.model, 16, 1) {}

  double share_at(const Mark& mark, const PairEvidence& pair,
                  const std::vector<std::string>& parts) {
    return share_of(mark, pair, [&](const store::PhotoRecord& photo, Point place) {
      return places.at(photo, place, parts);
    });
  }

  // The greatest strength of marks that are at this part, and at no other differing part more
  // nearly: a breast's mark near the throat is the breast's.
  double strength_of(const std::string& part, const PairMarks& marks, const PairEvidence& pair,
                     const std::vector<std::string>& differing) {
    double strength = 0;
    for (const Mark& mark : marks.marks) {
      const double share = share_of(mark, pair, [&](const store::PhotoRecord& photo, Point place) {
        const double distance = places.distance(photo, place, part);
        return distance <= kPlaceTolerance &&
               std::all_of(differing.begin(), differing.end(), [&](const std::string& one) {
                 return distance <= places.distance(photo, place, one);
               });
      });
      if (share > 0.5) strength = std::max(strength, mark.strength);
    }
    return strength;
  }

  // What other ways to find a place come to, in the photos of the first mark's carrier.
  void judge_baselines(const PairEvidence& pair, Side carrier,
                       const std::vector<std::string>& differing, PairHits& hits) {
    const PairSide& side = pair.side(carrier);
    const int own = side.taxon.output, rival = pair.side(other(carrier)).taxon.output;
    double of = 0;
    for (std::size_t i = 0; i < side.photos.size(); ++i) {
      if (!side.photos[i].testing) continue;
      const store::PhotoRecord& record = side.photos[i].record;
      const Photo photo = decode_photo((fs::path(world.root) / record.path).string());
      const auto right = [&](Point place) { return places.at(record, place, differing); };
      of += 1;
      hits.map_peak += right(map_peak(pair, side, i));
      hits.random += right(places.random_place(record));
      hits.centre += right({record.size.width / 2.0, record.size.height / 2.0});
      hits.grad_cam += right(grad_cam_peak(session, photo, Target::difference(own, rival)));
      hits.salient += right(grad_cam_peak(session, photo, Target::output(own)));
    }
    for (double* share :
         {&hits.map_peak, &hits.random, &hits.centre, &hits.grad_cam, &hits.salient})
      *share /= std::max(1.0, of);
  }
};

std::string line_of(const std::string& world, const PairMarks& marks, const PairHits& hits,
                    const std::vector<PartEffect>& parts, const std::vector<double>& at) {
  std::string line =
      fmt::format("{}: {} / {}: ", world, marks.taxa[0].record.name, marks.taxa[1].record.name);
  for (const PartEffect& part : parts) line += fmt::format("{} {:.2f} ", part.part, part.share());
  line += fmt::format("| margins {:.1f} {:.1f} | hit {:.2f} map {:.2f} cam {:.2f} random {:.2f}",
                      marks.taxa[0].margin, marks.taxa[1].margin, hits.mark, hits.map_peak,
                      hits.grad_cam, hits.random);
  for (std::size_t m = 0; m < marks.marks.size(); ++m) {
    const Mark& mark = marks.marks[m];
    line += fmt::format(" | {}{} strength {:.2f} at {:.2f}", mark.carrier == Side::kA ? "A" : "B",
                        mark.status == MarkStatus::kTested ? "*" : "", mark.strength, at[m]);
  }
  if (!marks.verdict.empty()) line += " | " + marks.verdict;
  return line;
}

void judge_world(const OpenWorld& world, const MarkWorld& files, const MarkBenchOptions& options,
                 const ProgressCallback& progress, Judged& judged) {
  Judging judging(world);
  std::int64_t done = 0;
  const PairEffects effects =
      read_effects((fs::path(files.model).parent_path() / "report.json").string());
  for (const auto& [names, parts] : effects) {
    report(progress, {"comparing sisters of " + world.name, done++,
                      static_cast<std::int64_t>(effects.size()), "pairs", names.first});
    const PairMarks marks = world.compare(names.first, names.second, options);
    PairEvidenceOptions gathering;
    gathering.threads = options.threads;
    const PairEvidence pair = pair_evidence(world.atlas, world.model, world.taxa.at(names.first),
                                            world.taxa.at(names.second), gathering);
    std::vector<std::string> differing;
    bool moves = false;
    for (const PartEffect& part : parts) {
      differing.push_back(part.part);
      moves = moves || part.share() >= kMoves;
    }
    for (const PartEffect& part : parts) {
      judged.strengths.push_back(judging.strength_of(part.part, marks, pair, differing));
      judged.effects.push_back(part.share());
    }
    if (!moves) continue;
    PairHits hits;
    std::vector<double> at;
    for (const Mark& mark : marks.marks) at.push_back(judging.share_at(mark, pair, differing));
    for (std::size_t m = 0; m < at.size() && m < 3; ++m)
      hits.recalled = hits.recalled || hits.most(at[m]);
    if (!at.empty()) hits.mark = at.front();
    judging.judge_baselines(pair, marks.marks.empty() ? Side::kA : marks.marks.front().carrier,
                            differing, hits);
    judged.pairs.push_back(hits);
    judged.tested += !marks.marks.empty() && marks.marks.front().status == MarkStatus::kTested;
    judged.refused += !marks.verdict.empty();
    judged.lines.push_back(line_of(world.name, marks, hits, parts, at));
  }
}

}  // namespace

std::vector<BenchRow> bench_marks(const MarkBenchOptions& options,
                                  const ProgressCallback& progress) {
  Judged judged;
  for (const MarkWorld& world : options.worlds)
    judge_world(open_world(world, options.threads, progress), world, options, progress, judged);
  write_lines(options.details, judged.lines);
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
  std::vector<BenchRow> rows{
      row("first mark", &PairHits::mark, 0.95),
      row("map's peak", &PairHits::map_peak, std::nullopt),
      row("Grad-CAM difference's peak", &PairHits::grad_cam, std::nullopt),
      row("Grad-CAM's peak for the carrier alone", &PairHits::salient, std::nullopt),
      row("random place on the subject", &PairHits::random, std::nullopt),
      row("photos' centre", &PairHits::centre, std::nullopt)};
  std::size_t recalled = 0;
  for (const PairHits& pair : judged.pairs) recalled += pair.recalled;
  const Estimate recall = wilson(recalled, n);
  rows.push_back({"pairs of which one of the first three marks is at a part that differs",
                  recall.value, "share", std::nullopt, true,
                  fmt::format("{} of {}, 95 % interval {:.2f} to {:.2f}", recalled, n, recall.low,
                              recall.high)});
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

}  // namespace differentia

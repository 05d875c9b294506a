#include "tools/bench/words.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "atlas/marks/colour_names.h"
#include "atlas/marks/words.h"
#include "base/error.h"
#include "base/statistics.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;
using world::Part;

constexpr double kTolerance = 0.05;  // of the frame's longer side: as for the place of marks
constexpr double kSameColour = 25;   // Lab units

// From a point to the nearest pixel of a part, as a share of the frame's longer side; 1 where the
// part is not visible.
double distance_to(const cv::Mat& parts, Part part, Point point) {
  cv::Mat away = parts != static_cast<int>(part);
  if (cv::countNonZero(away) == static_cast<int>(away.total())) return 1;
  cv::Mat distances;
  cv::distanceTransform(away, distances, cv::DIST_L2, 5);
  return distances.at<float>(std::clamp(static_cast<int>(point.y), 0, parts.rows - 1),
                             std::clamp(static_cast<int>(point.x), 0, parts.cols - 1)) /
         std::max(parts.cols, parts.rows);
}

// The part that differs and that the mark lies at.
std::optional<Part> part_at(const Mark& mark, const store::Reader& atlas, const std::string& root,
                            const std::vector<Part>& differing) {
  std::map<Part, std::vector<double>> distances;
  for (const Sighting& sighting : mark.sightings) {
    if (!sighting.testing) continue;
    const auto path = fs::path(root) / atlas.photo(sighting.photo).extra.at("parts");
    const cv::Mat parts = cv::imread(path.string(), cv::IMREAD_GRAYSCALE);
    if (parts.empty())
      throw FileError(path.string(), path.string() + ": there is no such part mask.");
    for (const Part part : differing)
      distances[part].push_back(distance_to(parts, part, sighting.place));
  }
  std::optional<Part> best;
  double least = kTolerance;
  for (const auto& [part, all] : distances) {
    const double median = quantile(all, 0.5);
    if (median > least) continue;
    least = median;
    best = part;
  }
  return best;
}

Lab lab_of(const world::Rgb& rgb) {
  return lab_of_srgb(rgb.r, rgb.g, rgb.b);
}

// What shows where a bird lacks a part.
Part below(Part part) {
  switch (part) {
    case Part::eye_ring:
      return Part::face;
    case Part::eyebrow:
      return Part::crown;
    case Part::wing_bars:
      return Part::wing;
    default:
      return part;
  }
}

bool colour_right(const std::string& name, const world::Rgb& rgb) {
  const Lab described = lab_of(rgb);
  if (nearest_colour(described).name == name) return true;
  for (const NamedColour& colour : named_colours())
    if (colour.name == name) return lab_distance(colour.lab, described) < kSameColour;
  return false;
}

const char* pattern_word(world::Pattern pattern) {
  switch (pattern) {
    case world::Pattern::barred:
      return "barred";
    case world::Pattern::spotted:
      return "spotted";
    case world::Pattern::streaked:
      return "streaked";
    default:
      return "";
  }
}

// In any form of the species: photos are of all.
bool looks_right(const world::Species& species, Part part, const std::string& colour,
                 const std::string& pattern) {
  return std::any_of(species.forms.begin(), species.forms.end(), [&](const world::Form& form) {
    const world::PartLook* look = &form.looks[static_cast<std::size_t>(part)];
    if (look->shape == "none") look = &form.looks[static_cast<std::size_t>(below(part))];
    if (colour_right(colour, look->color)) return true;
    if (look->pattern == world::Pattern::plain) return false;
    return colour_right(colour, look->pattern_color) || pattern == pattern_word(look->pattern);
  });
}

std::string described(const world::Species& species, Part part) {
  const world::PartLook& look = species.forms.front().looks[static_cast<std::size_t>(part)];
  if (look.shape == "none") return "none";
  return fmt::format("{}{}", nearest_colour(lab_of(look.color)).name,
                     look.pattern == world::Pattern::plain ? "" : " patterned");
}

}  // namespace

std::optional<JudgedWords> judge_words(const PairMarks& pair, const store::Reader& atlas,
                                       const std::string& root,
                                       const world::Description& description) {
  if (pair.marks.empty()) return std::nullopt;
  const Mark& mark = pair.marks.front();
  const int own = description.species_index(pair.taxon(mark.carrier).record.name);
  const int rival = description.species_index(pair.taxon(other(mark.carrier)).record.name);
  const std::vector<Part> differing = world::differing_parts(description, own, rival);
  const std::optional<Part> part = part_at(mark, atlas, root, differing);
  if (!part) return std::nullopt;
  const auto& carrier = description.species[static_cast<std::size_t>(own)];
  const auto& without = description.species[static_cast<std::size_t>(rival)];
  JudgedWords judged;
  const MarkWords& words = mark.words;
  judged.own = looks_right(carrier, *part, words.colour, words.pattern);
  judged.other = looks_right(without, *part, words.other_colour, words.other_pattern);
  std::string named = words.part;
  std::replace(named.begin(), named.end(), ' ', '_');
  judged.part = std::any_of(differing.begin(), differing.end(),
                            [&](Part one) { return world::part_name(one) == named; });
  judged.line =
      fmt::format("{}{}{} {}: {} | {} is {}, {} in the other | patterns '{}' '{}'",
                  judged.own ? "+" : "-", judged.other ? "+" : "-", judged.part ? "+" : "-",
                  carrier.name, words.text, world::part_name(*part), described(carrier, *part),
                  described(without, *part), words.pattern, words.other_pattern);
  return judged;
}

std::vector<BenchRow> bench_words(const MarkBenchOptions& options,
                                  const ProgressCallback& progress) {
  std::size_t n = 0, right = 0, own = 0, other_right = 0, part = 0, pairs = 0;
  std::vector<std::string> names, lines;
  for (const MarkWorld& world : options.worlds) {
    names.push_back(world.name);
    const OpenWorld open = open_world(world, options.threads, progress);
    const std::string& root = open.root;
    const auto description = world::load_description(root + "/description.json");
    const auto sisters = world::sister_pairs(description);
    std::int64_t done = 0;
    for (const auto& [a, b] : sisters) {
      const std::string& first = description.species[static_cast<std::size_t>(a)].name;
      const std::string& second = description.species[static_cast<std::size_t>(b)].name;
      report(progress, {"describing marks of " + world.name, done++,
                        static_cast<std::int64_t>(sisters.size()), "pairs", first});
      PairMarks marks = open.compare(first, second, options);
      WordsOptions wording;
      wording.photo_root = root;
      wording.threads = options.threads;
      describe_marks(marks, open.atlas, wording);
      ++pairs;
      const auto judged = judge_words(marks, open.atlas, root, description);
      if (!judged) continue;
      ++n;
      right += judged->own && judged->other;
      own += judged->own;
      other_right += judged->other;
      part += judged->part;
      lines.push_back(world.name + ": " + judged->line);
    }
  }
  write_lines(options.details, lines);
  const auto row = [&](const char* name, std::size_t count, std::optional<double> target) {
    const Estimate share = wilson(count, n);
    return BenchRow{
        name,
        share.value,
        "share",
        target,
        !target || share.value >= *target,
        fmt::format("{} of {} first marks at a part that differs, of {} sister pairs of {}; 95 % "
                    "interval {:.2f} to {:.2f}",
                    count, n, pairs, fmt::join(names, ", "), share.low, share.high)};
  };
  return {row("words right for marks, the carrier's and the other's", right, 0.8),
          row("words right for the carrier", own, std::nullopt),
          row("words right for the other", other_right, std::nullopt),
          row("marks named by a part that differs", part, std::nullopt)};
}

}  // namespace differentia

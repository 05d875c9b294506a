#include "tools/bench/plates.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "atlas/plate/plate_pictures.h"
#include "base/error.h"
#include "base/statistics.h"
#include "tools/world/description.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;
using world::Part;

constexpr double kTolerance = 0.05;  // of the frame's longer side: as for the place of marks

cv::Mat parts_of(const PlatePhotos& photos, std::int32_t photo) {
  const auto path = fs::path(photos.root) / photos.records.at(photo).extra.at("parts");
  cv::Mat parts = cv::imread(path.string(), cv::IMREAD_GRAYSCALE);
  if (parts.empty())
    throw FileError(path.string(), path.string() + ": there is no such part mask.");
  return parts;
}

cv::Point middle_of(const PlatePicture& picture, const cv::Mat& parts) {
  const Box& box = picture.box;
  return {std::clamp(static_cast<int>(box.x + box.width / 2), 0, parts.cols - 1),
          std::clamp(static_cast<int>(box.y + box.height / 2), 0, parts.rows - 1)};
}

// Of the picture's middle from the nearest pixel of any of these parts, as a share of the frame's
// longer side; 1 where none is visible.
double distance_to(const PlatePicture& picture, const cv::Mat& parts,
                   const std::vector<Part>& wanted) {
  cv::Mat away(parts.size(), CV_8U, cv::Scalar(255));
  for (const Part part : wanted) away.setTo(0, parts == static_cast<int>(part));
  if (cv::countNonZero(away) == static_cast<int>(away.total())) return 1;
  cv::Mat distances;
  cv::distanceTransform(away, distances, cv::DIST_L2, 5);
  return distances.at<float>(middle_of(picture, parts)) / std::max(parts.cols, parts.rows);
}

// The part in the middle of the picture, or nearest to it.
Part part_in(const PlatePicture& picture, const cv::Mat& parts) {
  const cv::Point middle = middle_of(picture, parts);
  int best = 0;
  double least = -1;
  for (int y = 0; y < parts.rows; ++y) {
    for (int x = 0; x < parts.cols; ++x) {
      const int part = parts.at<std::uint8_t>(y, x);
      if (part == 0) continue;
      const double distance = cv::norm(cv::Point(x, y) - middle);
      if (least >= 0 && distance >= least) continue;
      least = distance;
      best = part;
    }
  }
  return static_cast<Part>(best);
}

// The part and, where a bird may lack it, what shows there.
std::vector<Part> or_below(Part part) {
  switch (part) {
    case Part::eye_ring:
      return {part, Part::eye, Part::face};
    case Part::eyebrow:
      return {part, Part::crown, Part::face};
    case Part::wing_bars:
      return {part, Part::wing};
    default:
      return {part};
  }
}

struct Judged {
  std::size_t same = 0, of = 0;
};

void judge(const PlatePictures& pictures, const PlatePhotos& photos, const std::string& pair,
           Judged& judged, std::vector<std::string>& lines) {
  for (const MarkPictures& mark : pictures.marks) {
    if (!mark.own || !mark.other) continue;
    const Part part = part_in(*mark.own, parts_of(photos, mark.own->photo));
    const double distance =
        distance_to(*mark.other, parts_of(photos, mark.other->photo), or_below(part));
    ++judged.of;
    judged.same += distance <= kTolerance;
    lines.push_back(fmt::format("{} {}, mark {}: {} at {:.3f} in {}",
                                distance <= kTolerance ? "+" : "-", pair, mark.mark->number,
                                world::part_name(part), distance,
                                photos.records.at(mark.other->photo).path));
  }
}

}  // namespace

std::vector<BenchRow> bench_plates(const MarkBenchOptions& options,
                                   const ProgressCallback& progress) {
  Judged masked, unmasked;
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
      report(progress, {"plates of " + world.name, done++,
                        static_cast<std::int64_t>(sisters.size()), "pairs", first});
      const PairMarks pair = open.compare(first, second, options);
      PlatePhotos photos = plate_photos(open.atlas, pair, root);
      const std::string name = first + " and " + second;
      judge(plate_pictures(pair, photos), photos, name, masked, lines);
      for (auto& [id, record] : photos.records) record.mask.clear();
      std::vector<std::string> apart;
      judge(plate_pictures(pair, photos), photos, name, unmasked, apart);
      for (const std::string& line : apart) lines.push_back("without masks " + line);
    }
  }
  write_lines(options.details, lines);
  const auto row = [&](const char* name, const Judged& judged) {
    const Estimate share = wilson(judged.same, judged.of);
    return BenchRow{name,
                    share.value,
                    "share",
                    std::nullopt,
                    true,
                    fmt::format("{} of {} marks of {}; 95 % interval {:.2f} to {:.2f}", judged.same,
                                judged.of, fmt::join(names, ", "), share.low, share.high)};
  };
  return {row("plates: the other's patch is at the part that the mark's patch shows", masked),
          row("the same without masks, at the model's nearest position", unmasked)};
}

}  // namespace differentia

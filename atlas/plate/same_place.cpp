#include "atlas/plate/same_place.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/image/mask.h"

namespace differentia {
namespace {

constexpr int kCells = 32;             // of an outline's shape, along a side
constexpr std::size_t kCarriers = 16;  // photos that places are carried over from, at most
constexpr std::size_t kLeastCarriers = 3;

Outline outline_in(const SubjectMask& mask, const store::PhotoRecord& record) {
  Outline outline;
  outline.bounds = clip(record.subject, record.size);
  const double width = outline.bounds.width / kCells, height = outline.bounds.height / kCells;
  if (width <= 0 || height <= 0) return outline;
  outline.shape = cv::Mat(kCells, kCells, CV_32F);
  for (int y = 0; y < kCells; ++y) {
    for (int x = 0; x < kCells; ++x) {
      const double share =
          mask.share({outline.bounds.x + x * width, outline.bounds.y + y * height, width, height});
      outline.shape.at<float>(y, x) = std::isfinite(share) ? static_cast<float>(share) : 0;
    }
  }
  return outline;
}

}  // namespace

const Outline& SamePlace::outline(std::int32_t photo) {
  const auto [found, fresh] = outlines_.try_emplace(photo);
  const auto known = photos_.records.find(photo);
  if (!fresh || known == photos_.records.end()) return found->second;
  const store::PhotoRecord& record = known->second;
  if (record.mask.empty() || record.subject.width <= 0) return found->second;
  try {
    const auto path = std::filesystem::path(photos_.root) / record.mask;
    found->second = outline_in(SubjectMask::read(path.string(), record.size), record);
  } catch (const MaskError&) {
  }
  return found->second;
}

double SamePlace::same_pose(std::int32_t photo, std::int32_t of) {
  const Outline &a = outline(photo), &b = outline(of);
  if (a.shape.empty() || b.shape.empty()) return 0;
  const double broader =
      std::abs(std::log(a.bounds.width / a.bounds.height * b.bounds.height / b.bounds.width));
  return likeness(a, b) * std::exp(-broader);
}

std::vector<Sighting> SamePlace::counterparts(const Mark& mark, std::size_t most) {
  std::vector<Sighting> all(mark.counterparts.begin(),
                            mark.counterparts.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                            most, mark.counterparts.size())));
  if (!mark.on_subject) return all;
  std::vector<OutlinePlace> known;
  for (const Sighting& sighting : mark.sightings) {
    if (known.size() >= kCarriers) break;
    const Outline& from = outline(sighting.photo);
    if (from.shape.empty()) continue;
    known.push_back(
        {from, sighting.place, 0.5 * std::max(sighting.box.width, sighting.box.height)});
  }
  if (known.size() < kLeastCarriers) return all;
  for (Sighting& sighting : all) {
    const Outline& to = outline(sighting.photo);
    if (to.shape.empty()) continue;
    const OutlinePlace there = carried_over(known, to);
    sighting.place = there.place;
    sighting.box = {there.place.x - there.radius, there.place.y - there.radius, 2 * there.radius,
                    2 * there.radius};
    sighting.refined = false;
  }
  return all;
}

}  // namespace differentia

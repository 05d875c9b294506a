#include "tools/differentia/subject_crops.h"

#include <algorithm>

namespace differentia::cli {
namespace {

constexpr double kShownShare = 0.1;  // of an organism's box

Box around(const Box& a, const Box& b) {
  const double x = std::min(a.x, b.x), y = std::min(a.y, b.y);
  return {x, y, std::max(a.x + a.width, b.x + b.width) - x,
          std::max(a.y + a.height, b.y + b.height) - y};
}

double share_inside(const Box& box, const Box& outer) {
  const double width =
      std::min(box.x + box.width, outer.x + outer.width) - std::max(box.x, outer.x);
  const double height =
      std::min(box.y + box.height, outer.y + outer.height) - std::max(box.y, outer.y);
  if (width <= 0 || height <= 0) return 0;
  return width * height / std::max(1e-9, box.width * box.height);
}

SubjectCrop crop_of(gsl::span<const Organism> organisms, std::vector<int> members,
                    const CropShape& shape, const CropFrame& frame) {
  const auto organism = [&](int i) -> const Organism& {
    return organisms[static_cast<std::size_t>(i)];
  };
  SubjectCrop result;
  result.organisms = std::move(members);
  result.output = organism(result.organisms.front()).output;
  Box subject = organism(result.organisms.front()).box;
  for (const int i : result.organisms) subject = around(subject, organism(i).box);
  std::vector<int> strangers;
  CropFrame room = frame;
  for (int i = 0; i < static_cast<int>(organisms.size()); ++i) {
    if (std::count(result.organisms.begin(), result.organisms.end(), i) > 0) continue;
    strangers.push_back(i);
    room = beside(room, subject, organism(i).box);
  }
  result.crop = crop_box(subject, shape, room);
  if (!result.crop.whole || !result.crop.shaped) result.crop = crop_box(subject, shape, frame);
  for (const int i : strangers) {
    if (share_inside(organism(i).box, result.crop.box) > kShownShare) result.others.push_back(i);
  }
  return result;
}

}  // namespace

std::vector<SubjectCrop> subject_crops(gsl::span<const Organism> organisms, CropBy by,
                                       const CropShape& shape, const CropFrame& frame) {
  std::vector<std::vector<int>> groups;
  const auto output = [&](int i) { return organisms[static_cast<std::size_t>(i)].output; };
  for (int i = 0; i < static_cast<int>(organisms.size()); ++i) {
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
      return by == CropBy::kTaxon && output(group.front()) == output(i);
    });
    if (same == groups.end())
      groups.push_back({i});
    else
      same->push_back(i);
  }
  std::vector<SubjectCrop> result;
  for (const std::vector<int>& group : groups) {
    SubjectCrop crop = crop_of(organisms, group, shape, frame);
    if (group.size() == 1 || crop.others.empty()) {
      result.push_back(std::move(crop));
      continue;
    }
    for (const int i : group) result.push_back(crop_of(organisms, {i}, shape, frame));
  }
  std::sort(result.begin(), result.end(), [](const SubjectCrop& a, const SubjectCrop& b) {
    return a.organisms.front() < b.organisms.front();
  });
  return result;
}

}  // namespace differentia::cli

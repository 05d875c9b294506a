#include "atlas/marks/words.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <future>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "atlas/marks/appearance.h"
#include "atlas/marks/label_pictures.h"
#include "atlas/marks/outlines.h"
#include "base/error.h"

namespace differentia {
namespace {

namespace fs = std::filesystem;

constexpr int kDecoded = 720;          // a photo's shorter side: finer shows no more of a mark
constexpr double kDisc = 0.35;         // its radius, of the box's mean side
constexpr std::size_t kLeast = 3;      // patches of either taxon
constexpr double kAlike = 12;          // Lab units: colours that a person would not tell apart
constexpr double kLighter = 8;         // L*
constexpr double kLarger = 1.6;        // times
constexpr std::size_t kPartVotes = 3;  // photos whose part is known

// A patch of one photo for one mark.
struct Look {
  Patch patch;
  PatternMeasure pattern;
  cv::Mat parts;  // 16U, as large as the patch; empty where not known
};

// One patch to be cut: where its result goes.
struct Order {
  std::size_t mark = 0;
  bool counterpart = false;
  bool on_subject = true;
  std::size_t slot = 0;
  Point place;
  double radius = 0;
};

struct MarkLooks {
  std::vector<std::optional<Look>> own, others;
};

cv::Mat parts_of(const Patch& patch, const cv::Mat& labels, Size photo) {
  if (labels.empty()) return {};
  cv::Mat parts(patch.lab.size(), CV_16U);
  for (int y = 0; y < parts.rows; ++y)
    for (int x = 0; x < parts.cols; ++x)
      parts.at<std::uint16_t>(y, x) = label_at(labels, photo, patch.left + (x + 0.5) / patch.scale,
                                               patch.top + (y + 0.5) / patch.scale);
  return parts;
}

void look_at_photo(const store::PhotoRecord& record, const std::vector<Order>& orders,
                   const WordsOptions& options, std::vector<MarkLooks>& looks) {
  const fs::path root(options.photo_root);
  DecodeOptions decoding;
  decoding.shorter_side = kDecoded;
  Photo photo;
  try {
    photo = decode_photo((root / record.path).string(), decoding);
  } catch (const FileError&) {
    return;
  }
  cv::Mat subject, background;
  if (!record.mask.empty() && record.subject.width > 0) {
    const cv::Mat labels = read_labels((root / record.mask).string(), photo.full_size);
    if (!labels.empty()) {
      background = labels == 0;
      subject = subject_pixels(labels);
    }
  }
  const auto given = record.extra.find("parts");
  cv::Mat parts;
  if (given != record.extra.end() && !given->second.empty())
    parts = read_labels((root / given->second).string(), photo.full_size);
  for (const Order& order : orders) {
    std::optional<Patch> patch =
        cut_patch(photo, order.on_subject ? subject : background, order.place, order.radius);
    if (!patch) continue;
    Look look;
    look.pattern = measure_pattern(*patch);
    look.parts = parts_of(*patch, parts, photo.full_size);
    look.patch = std::move(*patch);
    MarkLooks& mark = looks[order.mark];
    (order.counterpart ? mark.others : mark.own)[order.slot] = std::move(look);
  }
}

// Calls work(i) for i of 0 … n − 1; what it throws is thrown here.
template <typename Work>
void in_parallel(std::size_t n, int threads, const Work& work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next++; i < n; i = next++) work(i);
  };
  std::vector<std::future<void>> workers;
  for (int i = 1; i < threads; ++i) workers.push_back(std::async(std::launch::async, run));
  run();
  for (std::future<void>& worker : workers) worker.get();
}

double radius_of(const Sighting& seen) {
  return kDisc * 0.5 * (seen.box.width + seen.box.height);
}

// A photo, and what is to be cut from it.
struct PhotoOrders {
  store::PhotoRecord record;
  Outline outline;  // no shape where there is no mask
  std::vector<Order> orders;
};

void read_outline(const std::string& photo_root, PhotoOrders& photo) {
  const store::PhotoRecord& record = photo.record;
  if (record.mask.empty() || record.subject.width <= 0) return;
  const cv::Mat labels = read_labels((fs::path(photo_root) / record.mask).string(), record.size);
  if (labels.empty()) return;
  photo.outline = outline_of(subject_pixels(labels), record.size, record.subject);
}

// Where subjects are known, the other's place is carried over from the carrier's: the model's own
// nearest position may be anywhere in photos that lack the mark.
void carry_over_places(const std::vector<Mark*>& marks,
                       std::map<std::int32_t, PhotoOrders>& photos) {
  for (std::size_t m = 0; m < marks.size(); ++m) {
    if (!marks[m]->on_subject) continue;
    std::vector<OutlinePlace> known;
    for (const auto& [id, photo] : photos)
      for (const Order& order : photo.orders)
        if (order.mark == m && !order.counterpart && !photo.outline.shape.empty())
          known.push_back({photo.outline, order.place, order.radius});
    if (known.size() < kLeast) continue;
    for (auto& [id, photo] : photos) {
      for (Order& order : photo.orders) {
        if (order.mark != m || !order.counterpart || photo.outline.shape.empty()) continue;
        const OutlinePlace there = carried_over(known, photo.outline);
        order.place = there.place;
        order.radius = there.radius;
      }
    }
  }
}

std::vector<MarkLooks> look_at_all(const std::vector<Mark*>& marks, const store::Reader& atlas,
                                   const WordsOptions& options) {
  std::vector<MarkLooks> looks(marks.size());
  std::map<std::int32_t, PhotoOrders> photos;
  for (std::size_t m = 0; m < marks.size(); ++m) {
    for (const bool counterpart : {false, true}) {
      const auto& all = counterpart ? marks[m]->counterparts : marks[m]->sightings;
      const std::size_t n =
          std::min(all.size(), static_cast<std::size_t>(std::max(0, options.sightings)));
      (counterpart ? looks[m].others : looks[m].own).resize(n);
      for (std::size_t i = 0; i < n; ++i)
        photos[all[i].photo].orders.push_back(
            {m, counterpart, marks[m]->on_subject, i, all[i].place, radius_of(all[i])});
    }
  }
  std::vector<PhotoOrders*> list;
  for (auto& [id, photo] : photos) {
    photo.record = atlas.photo(id);
    list.push_back(&photo);
  }
  in_parallel(list.size(), options.threads,
              [&](std::size_t i) { read_outline(options.photo_root, *list[i]); });
  carry_over_places(marks, photos);
  in_parallel(list.size(), options.threads, [&](std::size_t i) {
    look_at_photo(list[i]->record, list[i]->orders, options, looks);
  });
  return looks;
}

std::vector<Patch> patches_of(const std::vector<std::optional<Look>>& looks) {
  std::vector<Patch> patches;
  for (const auto& look : looks)
    if (look) patches.push_back(look->patch);
  return patches;
}

MarkPattern pattern_of(const std::vector<std::optional<Look>>& looks) {
  std::vector<PatternMeasure> measures;
  for (const auto& look : looks)
    if (look) measures.push_back(look->pattern);
  return pattern_of(measures);
}

// The part that most of the differing colour lies on, each photo counting alike; empty where too
// few photos say.
std::string part_of(const std::vector<std::optional<Look>>& looks,
                    const std::vector<cv::Mat>& where, const std::map<int, std::string>& names) {
  std::map<int, double> votes;
  std::size_t voters = 0, i = 0;
  for (const auto& look : looks) {
    if (!look) continue;
    const cv::Mat& weight = where[i++];
    if (look->parts.empty()) continue;
    std::map<int, double> one;
    double sum = 0;
    for (int y = 0; y < weight.rows; ++y) {
      for (int x = 0; x < weight.cols; ++x) {
        const int part = look->parts.at<std::uint16_t>(y, x);
        const double value = weight.at<float>(y, x);
        if (part == 0 || value <= 0) continue;
        one[part] += value;
        sum += value;
      }
    }
    if (sum <= 0) continue;
    ++voters;
    for (const auto& [part, value] : one) votes[part] += value / sum;
  }
  if (voters < kPartVotes) return "";
  const auto most =
      std::max_element(votes.begin(), votes.end(),
                       [](const auto& one, const auto& two) { return one.second < two.second; });
  const auto name = names.find(most->first);
  return name != names.end() ? name->second : "";
}

std::string where_of(const Mark& mark) {
  if (!mark.on_subject || !std::isfinite(mark.place_y)) return "";
  return mark.place_y < 1.0 / 3 ? "top" : mark.place_y < 2.0 / 3 ? "middle" : "bottom";
}

// "white eye ring (olive in B)": what differs most comes first.
std::string text_of(const Mark& mark, const std::string& rival, double distance) {
  const MarkWords& words = mark.words;
  const std::string place = !words.part.empty()    ? " " + words.part
                            : !mark.on_subject     ? " beside the organism"
                            : !words.where.empty() ? " at the " + words.where
                                                   : "";
  const bool pattern = words.pattern != words.other_pattern && !words.pattern.empty() &&
                       !words.other_pattern.empty();
  const std::string own =
      pattern && words.pattern != "plain" ? words.pattern + " " + words.colour : words.colour;
  if (distance >= kAlike && words.colour != words.other_colour)
    return fmt::format("{}{} ({} in {})", own, place,
                       pattern && words.other_pattern != "plain"
                           ? words.other_pattern + " " + words.other_colour
                           : words.other_colour,
                       rival);
  if (pattern)
    return fmt::format("{} {}{} ({} in {})", words.pattern, words.colour, place,
                       words.other_pattern, rival);
  if (std::abs(words.lightness) >= kLighter)
    return fmt::format("{}{} ({} in {})", words.colour, place,
                       words.lightness > 0 ? "darker" : "lighter", rival);
  if (words.size >= kLarger)
    return fmt::format("{}{} (less of it in {})", words.colour, place, rival);
  return fmt::format("{}{} (much alike in {})", words.colour, place, rival);
}

void describe(Mark& mark, const std::string& rival, const MarkLooks& looks,
              const std::map<int, std::string>& names) {
  const std::vector<Patch> own = patches_of(looks.own), others = patches_of(looks.others);
  if (own.size() < kLeast || others.size() < kLeast) return;
  const std::optional<ColourDifference> colour = differing_colour(own, others);
  if (!colour) return;
  MarkWords& words = mark.words;
  words.colour = nearest_colour(colour->own).name;
  words.other_colour = nearest_colour(colour->other).name;
  words.lightness = colour->own.l - colour->other.l;
  constexpr double kNone = 0.02;  // of a patch: a share to divide by
  words.size = colour->own_share / std::max(kNone, colour->other_share);
  words.pattern = pattern_name(pattern_of(looks.own));
  words.other_pattern = pattern_name(pattern_of(looks.others));
  words.where = where_of(mark);
  if (mark.on_subject) words.part = part_of(looks.own, colour->where, names);
  words.text = text_of(mark, rival, lab_distance(colour->own, colour->other));
}

}  // namespace

void describe_marks(PairMarks& pair, const store::Reader& atlas, const WordsOptions& options) {
  std::vector<Mark*> marks;
  for (Mark& mark : pair.marks) marks.push_back(&mark);
  for (Mark& mark : pair.context) marks.push_back(&mark);
  const std::vector<MarkLooks> looks = look_at_all(marks, atlas, options);
  const std::map<int, std::string> names = part_names(options.photo_root);
  for (std::size_t m = 0; m < marks.size(); ++m)
    describe(*marks[m], pair.taxon(other(marks[m]->carrier)).record.name, looks[m], names);
}

}  // namespace differentia

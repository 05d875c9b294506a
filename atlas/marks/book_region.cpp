#include "atlas/marks/book_region.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <opencv2/imgproc.hpp>

#include "atlas/marks/label_pictures.h"
#include "atlas/marks/outlines.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/statistics.h"

namespace differentia {
namespace {

constexpr double kLeastPixels = 4;  // of the input; a part that shows less cannot be taken out
constexpr double kGrow = 1.0 / 64;  // of the input's side: a part's soft edge
constexpr double kCovered = 0.5;    // share of a cell from which on it is of the region
constexpr double kOnSubject = 0.5;  // share of a box from which on it is looked for on subjects
constexpr double kTouchesSubject = 0.1;  // … near where its outline has it, such as a thin bill
constexpr float kTouches = 0.25f;        // share of a position's cell on the subject, at least
constexpr int kRounds = 2;               // of sharpening what a box looks like
constexpr double kLikeEnough = 0.5;      // of the usual likeness
constexpr double kLeastWindow = 1.0;     // cells
// Cosine that a window loses for lying a subject's length from where outlines carry the box over
// to, were they one outline; half as like, a quarter of it.
constexpr double kAstray = 4;

std::string folded(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return c == '_' ? ' ' : static_cast<char>(std::tolower(c));
  });
  return name;
}

int part_number(const std::string& name, const std::string& photo_root) {
  const std::map<int, std::string> names = part_names(photo_root);
  std::vector<std::string> known;
  for (const auto& [number, part] : names) {
    if (folded(part) == folded(name)) return number;
    known.push_back(part);
  }
  if (known.empty())
    throw InputError(
        fmt::format("The photo set names no parts (parts.csv in '{}'), so '{}' must be drawn: "
                    "--on PHOTO --box X,Y,WIDTH,HEIGHT.",
                    photo_root, name));
  throw InputError(
      fmt::format("'{}' is no part of the photo set, whose parts are: {}. Name one of these, or "
                  "draw it: --on PHOTO --box X,Y,WIDTH,HEIGHT.",
                  name, fmt::join(known, ", ")));
}

// Fills in all but `mask` and `found`, from the mask.
void measure(const GridGeometry& grid, const InputGeometry& geometry, RegionThere& there) {
  const cv::Mat& mask = there.mask;
  there.coverage.assign(static_cast<std::size_t>(grid.height * grid.width), 0);
  float most = -1;
  for (int row = 0; row < grid.height; ++row) {
    for (int column = 0; column < grid.width; ++column) {
      const Box box = grid.box(row, column);
      const cv::Rect cell =
          cv::Rect(static_cast<int>(std::lround(box.x)), static_cast<int>(std::lround(box.y)),
                   static_cast<int>(std::lround(box.width)),
                   static_cast<int>(std::lround(box.height))) &
          cv::Rect(0, 0, mask.cols, mask.rows);
      if (cell.empty()) continue;
      const auto share =
          static_cast<float>(cv::countNonZero(mask(cell)) / (box.width * box.height));
      there.coverage[static_cast<std::size_t>(row * grid.width + column)] = share;
      if (share <= most) continue;
      most = share;
      there.row = row;
      there.column = column;
    }
  }
  const cv::Rect bounds = cv::boundingRect(mask);
  there.box = clip(
      geometry.to_photo(Box{static_cast<double>(bounds.x), static_cast<double>(bounds.y),
                            static_cast<double>(bounds.width), static_cast<double>(bounds.height)}),
      geometry.photo);
  const cv::Moments moments = cv::moments(mask, true);
  there.place =
      geometry.to_photo(Point{moments.m10 / moments.m00 + 0.5, moments.m01 / moments.m00 + 0.5});
}

RegionThere part_there(const PairPhoto& photo, const GridGeometry& grid, Size input, int number,
                       const std::string& photo_root) {
  RegionThere there;
  const auto given = photo.record.extra.find("parts");
  if (given == photo.record.extra.end() || given->second.empty()) return there;
  const cv::Mat labels =
      read_labels((std::filesystem::path(photo_root) / given->second).string(), photo.record.size);
  if (labels.empty()) return there;
  cv::Mat mask(input.height, input.width, CV_8U, cv::Scalar(0));
  const Size size = photo.record.size;
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      const Point at = photo.geometry.to_photo(Point{x + 0.5, y + 0.5});
      if (at.x < 0 || at.y < 0 || at.x >= size.width || at.y >= size.height) continue;
      if (label_at(labels, size, at.x, at.y) == number) mask.at<std::uint8_t>(y, x) = 255;
    }
  }
  if (cv::countNonZero(mask) < kLeastPixels) return there;
  // Pixels at its edge are of its neighbours, too.
  cv::erode(mask, there.core, cv::Mat(), {-1, -1}, 1, cv::BORDER_CONSTANT, cv::Scalar(255));
  there.solid = static_cast<double>(cv::countNonZero(there.core)) / cv::countNonZero(mask);
  if (cv::countNonZero(there.core) < kLeastPixels) there.core = mask.clone();
  const int grow =
      std::max(1, static_cast<int>(std::lround(kGrow * std::max(input.width, input.height))));
  cv::dilate(mask, mask,
             cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * grow + 1, 2 * grow + 1}));
  there.found = true;
  there.mask = mask;
  measure(grid, photo.geometry, there);
  return there;
}

RegionInPhotos part_in_photos(const PairEvidence& pair, const std::string& part,
                              const std::string& photo_root, int threads) {
  const int number = part_number(part, photo_root);
  RegionInPhotos result;
  bool any = false;
  for (const Side side : {Side::kA, Side::kB}) {
    const auto& photos = pair.side(side).photos;
    auto& there = result[index(side)];
    there.resize(photos.size());
    for_each_job(
        photos.size(), threads, [] { return 0; },
        [&](int, std::size_t i) {
          there[i] = part_there(photos[i], pair.layer.grid, pair.layer.input, number, photo_root);
        });
    any = any || std::any_of(there.begin(), there.end(), [](const auto& one) { return one.found; });
  }
  if (!any)
    throw InputError(
        fmt::format("None of the photos of {} and {} shows a part '{}' that can be read (column "
                    "`parts`, below '{}').",
                    pair.sides[0].taxon.name, pair.sides[1].taxon.name, part, photo_root));
  return result;
}

// The input's rectangle of a size about a place, within it.
cv::Mat box_mask(Size input, Point middle, double width, double height) {
  cv::Mat mask(input.height, input.width, CV_8U, cv::Scalar(0));
  const int left = static_cast<int>(std::lround(middle.x - width / 2)),
            top = static_cast<int>(std::lround(middle.y - height / 2));
  const cv::Rect rect = cv::Rect(left, top, std::max(1, static_cast<int>(std::lround(width))),
                                 std::max(1, static_cast<int>(std::lround(height)))) &
                        cv::Rect(0, 0, input.width, input.height);
  if (!rect.empty()) mask(rect).setTo(255);
  return mask;
}

// What of a mask lies on the photo's subject, where that is known; all of it where next to nothing
// does.
cv::Mat on_subject(const cv::Mat& mask, const PairPhoto& photo, const std::string& photo_root) {
  if (photo.record.mask.empty() || photo.record.subject.width <= 0) return mask;
  const cv::Mat labels = read_labels(
      (std::filesystem::path(photo_root) / photo.record.mask).string(), photo.record.size);
  if (labels.empty()) return mask;
  cv::Mat result = mask.clone();
  const Size size = photo.record.size;
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      if (mask.at<std::uint8_t>(y, x) == 0) continue;
      const Point at = photo.geometry.to_photo(Point{x + 0.5, y + 0.5});
      if (label_at(labels, size, at.x, at.y) == 0) result.at<std::uint8_t>(y, x) = 0;
    }
  }
  return cv::countNonZero(result) >= kLeastPixels ? result : mask;
}

// Looks for a box in photos.
class BoxCarrier {
 public:
  BoxCarrier(const PairEvidence& pair, const PairSpace& space, const BookRegion& region,
             const std::string& photo_root)
      : pair_(pair), space_(space), region_(region), grid_(pair.layer.grid), root_(photo_root) {
    const PairPhoto& photo = pair.side(region.side).photos.at(region.photo);
    const InputGeometry& geometry = photo.geometry;
    const Point from = geometry.to_input(Point{region.box.x, region.box.y}),
                to = geometry.to_input(
                    Point{region.box.x + region.box.width, region.box.y + region.box.height});
    given_.mask = box_mask(pair.layer.input, {(from.x + to.x) / 2, (from.y + to.y) / 2},
                           to.x - from.x, to.y - from.y);
    if (cv::countNonZero(given_.mask) < kLeastPixels)
      throw InputError(fmt::format(
          "The box covers nothing of what the model sees of '{}'; the photo is {} × {} pixels.",
          photo.record.path, photo.record.size.width, photo.record.size.height));
    given_.core = given_.mask;
    given_.found = true;
    measure(grid_, geometry, given_);
    const cv::Rect bounds = cv::boundingRect(given_.mask);
    width_ = bounds.width;
    height_ = bounds.height;
    const std::size_t first = region.photo * pair.cells();
    double on = 0, sum = 0;
    std::vector<double> mean(space.space[0].columns, 0);
    for (std::size_t p = 0; p < pair.cells(); ++p) {
      const double weight = given_.coverage[p];
      if (weight <= 0) continue;
      const float share = pair.side(region.side).subject[first + p];
      on += weight * (std::isnan(share) ? 1 : share);
      sum += weight;
      add(mean, region.side, first + p, weight);
    }
    on_subject_ = on >= kOnSubject * sum;
    if (on >= kTouchesSubject * sum)
      drawn_ = {outline(region.side, region.photo),
                {region.box.x + region.box.width / 2, region.box.y + region.box.height / 2},
                0};
    if (on_subject_) {
      given_.mask = given_.core = on_subject(given_.mask, photo, root_);
      measure(grid_, geometry, given_);
    }
    given_look_ = unit(mean);
    look_ = given_look_;
  }

  RegionInPhotos carry() {
    for (int round = 0; round < kRounds; ++round) sharpen();
    RegionInPhotos result;
    std::vector<double> usual;
    std::array<std::vector<Window>, 2> best;
    for (const Side side : {Side::kA, Side::kB}) {
      for (std::size_t i = 0; i < pair_.side(side).photos.size(); ++i) {
        best[index(side)].push_back(best_window(side, i));
        if (!pair_.side(side).photos[i].testing && side == region_.side)
          usual.push_back(best[index(side)].back().likeness);
      }
    }
    const double least = kLikeEnough * std::max(0.0, quantile(usual, 0.5));
    for (const Side side : {Side::kA, Side::kB}) {
      for (std::size_t i = 0; i < best[index(side)].size(); ++i) {
        const Window& window = best[index(side)][i];
        RegionThere there;
        if (side == region_.side && i == region_.photo) {
          there = given_;
        } else if (window.likeness >= least) {
          const double scale = scale_of(side, i);
          there.mask = box_mask(pair_.layer.input, grid_.centre(window.row, window.column),
                                scale * width_, scale * height_);
          if (on_subject_) there.mask = on_subject(there.mask, pair_.side(side).photos[i], root_);
          there.core = there.mask;
          there.found = cv::countNonZero(there.mask) >= kLeastPixels;
          if (there.found) measure(grid_, pair_.side(side).photos[i].geometry, there);
        }
        result[index(side)].push_back(std::move(there));
      }
    }
    return result;
  }

 private:
  struct Window {
    int row = 0, column = 0;
    double likeness = -2;
  };

  void add(std::vector<double>& mean, Side side, std::size_t position, double weight) const {
    const auto row = space_.space[index(side)].row(position);
    for (std::size_t c = 0; c < mean.size(); ++c) mean[c] += weight * row[c];
  }
  static std::vector<float> unit(const std::vector<double>& mean) {
    const double length =
        std::sqrt(std::inner_product(mean.begin(), mean.end(), mean.begin(), 0.0));
    std::vector<float> result(mean.size());
    for (std::size_t c = 0; c < mean.size(); ++c)
      result[c] = static_cast<float>(mean[c] / std::max(1e-12, length));
    return result;
  }

  // How much larger a photo's subject is than that of the photo drawn on, in input pixels.
  double scale_of(Side side, std::size_t photo) const {
    const auto length = [](const PairPhoto& one) {
      const Box& box = one.record.subject;
      return std::sqrt(
          std::max(0.0, box.width * one.geometry.scale_x * box.height * one.geometry.scale_y));
    };
    const double drawn = length(pair_.side(region_.side).photos[region_.photo]),
                 here = length(pair_.side(side).photos[photo]);
    return drawn > 0 && here > 0 ? std::clamp(here / drawn, 0.25, 4.0) : 1;
  }

  // Of the photo's subject; no shape where it is not known.
  Outline outline(Side side, std::size_t photo) const {
    const store::PhotoRecord& record = pair_.side(side).photos[photo].record;
    if (record.mask.empty() || record.subject.width <= 0) return {};
    const cv::Mat labels =
        read_labels((std::filesystem::path(root_) / record.mask).string(), record.size);
    return labels.empty() ? Outline{}
                          : outline_of(subject_pixels(labels), record.size, record.subject);
  }

  // Where the outline carries the box over to, and how far that is to be believed.
  struct Expected {
    Point place;
    double weight = 0;  // 0: not known
    double length = 1;  // of the subject, photo pixels
  };
  const Expected& expected(Side side, std::size_t photo) {
    const auto known = expected_[index(side)].find(photo);
    if (known != expected_[index(side)].end()) return known->second;
    Expected there;
    if (!drawn_.outline.shape.empty()) {
      const Outline to = outline(side, photo);
      if (!to.shape.empty()) {
        cv::Mat mirrored;
        cv::flip(to.shape, mirrored, 1);
        const auto likeness = [&](const cv::Mat& shape) {
          return cv::sum(cv::min(drawn_.outline.shape, shape))[0] /
                 std::max(1e-6, cv::sum(cv::max(drawn_.outline.shape, shape))[0]);
        };
        const double like = std::max(likeness(to.shape), likeness(mirrored));
        there.place = carried_over(gsl::span<const OutlinePlace>(&drawn_, 1), to).place;
        there.weight = kAstray * like * like;
        there.length = std::sqrt(to.bounds.width * to.bounds.height);
      }
    }
    return expected_[index(side)].emplace(photo, there).first->second;
  }

  // The window of the box's size that is most like it, and where it would be.
  Window best_window(Side side, std::size_t photo) {
    cv::Mat likeness(grid_.height, grid_.width, CV_32F);
    const std::size_t first = photo * pair_.cells();
    float most_subject = 0;
    for (std::size_t p = 0; p < pair_.cells(); ++p) {
      const auto row = space_.space[index(side)].row(first + p);
      likeness.at<float>(static_cast<int>(p) / grid_.width, static_cast<int>(p) % grid_.width) =
          std::inner_product(row.begin(), row.end(), look_.begin(), 0.0f);
      most_subject = std::max(most_subject, pair_.side(side).subject[first + p]);
    }
    const double scale = scale_of(side, photo);
    const auto odd = [](double cells) {
      return std::max(1, 2 * static_cast<int>((std::max(kLeastWindow, cells) + 0.5) / 2) - 1);
    };
    cv::blur(likeness, likeness,
             {odd(scale * width_ / grid_.stride_x), odd(scale * height_ / grid_.stride_y)},
             {-1, -1}, cv::BORDER_REFLECT);
    const float least = on_subject_ ? std::min(kTouches, most_subject) : 0;
    const Expected& prior = expected(side, photo);
    const InputGeometry& geometry = pair_.side(side).photos[photo].geometry;
    double highest = -std::numeric_limits<double>::infinity();
    Window best;
    for (int row = 0; row < grid_.height; ++row) {
      for (int column = 0; column < grid_.width; ++column) {
        const std::size_t p = first + static_cast<std::size_t>(row * grid_.width + column);
        if (pair_.side(side).subject[p] < least) continue;
        const Point at = geometry.to_photo(grid_.centre(row, column));
        const double away = std::hypot(at.x - prior.place.x, at.y - prior.place.y) / prior.length;
        const double score = likeness.at<float>(row, column) - prior.weight * away * away;
        if (score <= highest) continue;
        highest = score;
        best = {row, column, likeness.at<float>(row, column)};
      }
    }
    return best;
  }

  // One photo's positions are a noisy picture of a part: its best places in the half of the finding
  // photos that show it best, beside the drawn one, are a better one.
  void sharpen() {
    std::vector<std::pair<double, std::size_t>> found;
    std::vector<Window> windows(pair_.side(region_.side).photos.size());
    for (const std::size_t i : photos_of_half(pair_, region_.side, false)) {
      if (i == region_.photo) continue;
      windows[i] = best_window(region_.side, i);
      found.emplace_back(-windows[i].likeness, i);
    }
    std::sort(found.begin(), found.end());
    found.resize((found.size() + 1) / 2);
    std::vector<double> mean(given_look_.begin(), given_look_.end());
    for (const auto& [likeness, i] : found)
      add(mean, region_.side,
          i * pair_.cells() +
              static_cast<std::size_t>(windows[i].row * grid_.width + windows[i].column),
          1);
    look_ = unit(mean);
  }

  const PairEvidence& pair_;
  const PairSpace& space_;
  const BookRegion& region_;
  const GridGeometry& grid_;
  const std::string& root_;
  RegionThere given_;
  double width_ = 0, height_ = 0;  // of the box, input pixels
  bool on_subject_ = true;
  OutlinePlace drawn_;  // no shape where the subject is not known
  std::array<std::map<std::size_t, Expected>, 2> expected_;
  std::vector<float> given_look_, look_;  // unit, of the pair's space
};

}  // namespace

RegionInPhotos region_in_photos(const PairEvidence& pair, const PairSpace& space,
                                const BookRegion& region, const std::string& photo_root,
                                int threads) {
  if (!region.part.empty()) return part_in_photos(pair, region.part, photo_root, threads);
  return BoxCarrier(pair, space, region, photo_root).carry();
}

}  // namespace differentia

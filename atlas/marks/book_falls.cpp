#include "atlas/marks/book_falls.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>
#include <tuple>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "atlas/marks/removal.h"
#include "base/parallel.h"
#include "base/random.h"

namespace differentia {
namespace {

constexpr double kOnSubject = 0.5;
constexpr double kWhole = 0.95;  // of the region's area: what else is taken out has at least that
constexpr std::size_t kDonors = 3;  // times as many photos as are given are drawn from

// Share of the pixels of a mask on the subject, from the positions' shares; NaN where unknown.
double share_of(const PairEvidence& pair, Side side, std::size_t photo, const cv::Mat& mask) {
  const GridGeometry& grid = pair.layer.grid;
  const float* subject = pair.side(side).subject.data() + photo * pair.cells();
  double sum = 0, count = 0;
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      if (mask.at<std::uint8_t>(y, x) == 0) continue;
      const int row =
          std::clamp(static_cast<int>(std::lround((y + 0.5 - grid.first_y) / grid.stride_y)), 0,
                     grid.height - 1);
      const int column =
          std::clamp(static_cast<int>(std::lround((x + 0.5 - grid.first_x) / grid.stride_x)), 0,
                     grid.width - 1);
      const float share = subject[row * grid.width + column];
      if (std::isnan(share)) return std::numeric_limits<double>::quiet_NaN();
      sum += share;
      count += 1;
    }
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

// The same shape elsewhere, whole and apart from the region: on the subject for what is on it, off
// it for what is off; anywhere where there is no mask.
std::vector<cv::Mat> controls(const PairEvidence& pair, Side side, std::size_t photo,
                              const RegionThere& there, bool on_subject,
                              const BookMarkOptions& options) {
  const GridGeometry& grid = pair.layer.grid;
  const int area = cv::countNonZero(there.mask);
  const cv::Rect frame(0, 0, there.mask.cols, there.mask.rows);
  const int apart = std::max(1, static_cast<int>(std::lround(grid.stride_x)));
  cv::Mat near;
  cv::dilate(there.mask, near,
             cv::getStructuringElement(cv::MORPH_RECT, {2 * apart + 1, 2 * apart + 1}));
  std::vector<cv::Mat> fit;
  for (int down = -grid.height; down <= grid.height; ++down) {
    for (int across = -grid.width; across <= grid.width; ++across) {
      const int dx = static_cast<int>(std::lround(across * grid.stride_x)),
                dy = static_cast<int>(std::lround(down * grid.stride_y));
      const cv::Rect to = (frame + cv::Point(dx, dy)) & frame;
      if (to.empty()) continue;
      cv::Mat moved = cv::Mat::zeros(there.mask.size(), CV_8U);
      there.mask(to - cv::Point(dx, dy)).copyTo(moved(to));
      if (cv::countNonZero(moved) < kWhole * area || cv::countNonZero(moved & near) > 0) continue;
      const double share = share_of(pair, side, photo, moved);
      if (!std::isnan(share) && (on_subject ? share < kOnSubject : share > 0)) continue;
      fit.push_back(std::move(moved));
    }
  }
  Random random(options.seed, stream_id("elsewhere of a book's mark"),
                static_cast<std::uint32_t>(pair.side(side).photos[photo].record.id));
  random.shuffle(fit);
  if (fit.size() > static_cast<std::size_t>(options.controls))
    fit.resize(static_cast<std::size_t>(options.controls));
  return fit;
}

// Some of the photos whose region is most like that of a photo in shape and size, of other
// observations, and of its form where there are enough. Which ones is drawn, lest the same few
// photos stand for their taxon in all.
std::vector<std::size_t> donors_for(const PairPhoto& photo, const RegionPicture& region,
                                    const PairSide& side,
                                    const std::vector<RegionPicture>& pictures,
                                    const BookMarkOptions& options) {
  struct Donor {
    bool other_form;
    double unlike;
    std::size_t photo;
  };
  std::vector<Donor> fit;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (pictures[i].picture.empty() || side.photos[i].observation == photo.observation) continue;
    fit.push_back({side.photos[i].record.form != photo.record.form,
                   -likeness(region, pictures[i]) * std::sqrt(pictures[i].solid), i});
  }
  std::sort(fit.begin(), fit.end(), [](const Donor& one, const Donor& two) {
    return std::tie(one.other_form, one.unlike, one.photo) <
           std::tie(two.other_form, two.unlike, two.photo);
  });
  const auto count = static_cast<std::size_t>(options.donors);
  if (fit.size() > kDonors * count) fit.resize(kDonors * count);
  std::size_t of_form = 0;
  for (const Donor& one : fit) of_form += one.other_form ? 0 : 1;
  if (of_form >= count) fit.resize(of_form);
  Random random(options.seed, stream_id("donors"), static_cast<std::uint32_t>(photo.record.id));
  random.shuffle(fit);
  std::vector<std::size_t> photos;
  for (const Donor& one : fit)
    if (photos.size() < count) photos.push_back(one.photo);
  return photos;
}

double mean_fall(const std::vector<double>& margins, std::size_t first, std::size_t count) {
  double sum = 0;
  for (std::size_t m = first; m < first + count; ++m) sum += margins[0] - margins[m];
  return sum / static_cast<double>(count);
}

}  // namespace

std::vector<RegionPicture> region_pictures(const PairEvidence& pair,
                                           const std::shared_ptr<const Model>& model, Side side,
                                           const std::vector<RegionThere>& there,
                                           const BookMarkOptions& options) {
  std::vector<RegionPicture> pictures(there.size());
  const auto photos = photos_of_half(pair, side, true);
  for_each_job(
      photos.size(), options.threads,
      [&] { return std::make_unique<Removal>(model, pair.layer, options.photo_root); },
      [&](const std::unique_ptr<Removal>& removal, std::size_t j) {
        const std::size_t i = photos[j];
        if (there[i].found && removal->read(pair.side(side).photos[i].record))
          pictures[i] = {removal->picture().clone(), there[i].mask, there[i].core, there[i].solid};
      });
  return pictures;
}

std::vector<BookFall> falls_of(const PairEvidence& pair, const std::shared_ptr<const Model>& model,
                               Side own, const RegionInPhotos& regions, bool on_subject,
                               const std::array<std::vector<RegionPicture>, 2>& pictures,
                               const std::vector<std::size_t>& photos,
                               const BookMarkOptions& options, const ProgressCallback& progress) {
  const PairSide& side = pair.side(own);
  const int output = side.taxon.output, rival = pair.side(other(own)).taxon.output;
  std::vector<BookFall> falls(photos.size());
  std::atomic<std::int64_t> done{0};
  const std::thread::id caller = std::this_thread::get_id();
  for_each_job(
      photos.size(), options.threads,
      [&] { return std::make_unique<Removal>(model, pair.layer, options.photo_root); },
      [&](const std::unique_ptr<Removal>& removal, std::size_t j) {
        const std::size_t photo = photos[j];
        const RegionThere& here = regions[index(own)][photo];
        const RegionPicture& region = pictures[index(own)][photo];
        if (!region.picture.empty() && removal->read(side.photos[photo].record)) {
          std::vector<cv::Mat> masks = controls(pair, own, photo, here, on_subject, options);
          masks.insert(masks.begin(), here.mask);
          const std::vector<double> margins = removal->margins_without(output, rival, masks);
          BookFall& fall = falls[j];
          fall.read = true;
          fall.margin = margins[0];
          fall.fall = margins[0] - margins[1];
          if (margins.size() > 2) fall.elsewhere = mean_fall(margins, 2, margins.size() - 2);
          std::vector<Painted> painted;
          std::array<std::size_t, 2> counts{};
          for (const Side from : {own, other(own)}) {
            const auto donors = donors_for(side.photos[photo], region, pair.side(from),
                                           pictures[index(from)], options);
            counts[from == own ? 0 : 1] = donors.size();
            for (const std::size_t donor : donors)
              painted.push_back(exchanged(region, pictures[index(from)][donor]));
          }
          if (counts[0] > 0 && counts[1] > 0) {
            const auto given = removal->margins_with(output, rival, painted);
            fall.exchanged_own = mean_fall(given, 1, counts[0]);
            fall.exchanged = mean_fall(given, 1 + counts[0], counts[1]);
          }
        }
        const std::int64_t so_far = ++done;
        if (std::this_thread::get_id() == caller)
          report(progress, {"testing the book's mark", so_far,
                            static_cast<std::int64_t>(photos.size()), "photos", ""});
      });
  return falls;
}

}  // namespace differentia

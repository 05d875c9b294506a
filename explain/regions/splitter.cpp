#include "explain/regions/splitter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "explain/regions/splitting.h"
#include "explain/regions/windows.h"

namespace differentia {

namespace {

constexpr int kDepth = 3;  // cuts of cuts of cuts: up to eight regions
// A piece is shown with either, cut off where its neighbour begins.
constexpr std::array<double, 2> kMargins = {1.1, 1.35};
// A region is named with each: a photo to learn from leaves room around its subject.
constexpr std::array<double, 4> kNamingMargins = {1.35, 1.6, 1.9, 2.3};

double log_odds(double probability) {
  const double p = std::clamp(probability, 0.001, 0.999);
  return std::log(p / (1 - p));
}

double log_shape(const cv::Rect& box) {
  return std::log(static_cast<double>(box.width) / box.height);
}

// What IdentifyOptions::split is compared with.
double worth(const Cut& cut, const Region& a, const Region& b, const Region& whole) {
  const double part = std::min(a.answer.score, b.answer.score) / std::max(1e-6, whole.answer.score);
  const double sure = log_odds(std::min(a.answer.probability, b.answer.probability));
  const double area_a = a.bounds.area(), area_b = b.bounds.area();
  const double balance = std::log(std::min(area_a, area_b) / std::max(area_a, area_b));
  const double length = cut.upright ? log_shape(whole.bounds) : -log_shape(whole.bounds);
  const double unlike = std::abs(log_shape(a.bounds) - log_shape(b.bounds));
  return 1.91 * part + 0.48 * sure + 1.7 * balance + 6.8 * length - 1.51 * unlike -
         4.25 * cut.neck - 0.26;
}

}  // namespace

Splitter::Splitter(WindowProbe& probe, const Photo& photo, const cv::Mat& mask)
    : probe_(probe),
      photo_(photo),
      mask_(mask),
      step_x_(static_cast<double>(photo.full_size.width) / mask.cols),
      step_y_(static_cast<double>(photo.full_size.height) / mask.rows) {}

Box Splitter::in_photo(const cv::Rect& box) const {
  return {box.x * step_x_, box.y * step_y_, box.width * step_x_, box.height * step_y_};
}

cv::Mat Splitter::mask_of(const Region& region) const {
  cv::Mat result(mask_.size(), CV_8UC1, cv::Scalar(0));
  mask_(region.bounds).copyTo(result(region.bounds));
  return result;
}

std::vector<Region> Splitter::regions(double least) {
  std::vector<Region> result, whole(1);
  whole[0].area = {0, 0, mask_.cols, mask_.rows};
  whole[0].bounds = subject_bounds(mask_, whole[0].area);
  if (whole[0].bounds.empty()) return result;
  std::vector<View> views;
  for (const double margin : kMargins)
    views.push_back(
        {&photo_, with_margin(in_photo(whole[0].bounds), margin, in_photo(whole[0].area))});
  ask(whole, views);
  split(whole[0], least, kDepth, result);
  return result;
}

void Splitter::name(std::vector<Region>& regions) {
  std::vector<Photo> photos(regions.size(), photo_);
  const Box all{0, 0, static_cast<double>(photo_.full_size.width),
                static_cast<double>(photo_.full_size.height)};
  std::vector<View> views;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    cv::Mat others(mask_.size(), CV_8UC1, cv::Scalar(0));
    for (std::size_t j = 0; j < regions.size(); ++j)
      if (j != i) others |= mask_of(regions[j]);
    // Edges are soft: a little of them goes with either side.
    cv::Mat own;
    cv::dilate(others, others, cv::getStructuringElement(cv::MORPH_RECT, {5, 5}));
    cv::dilate(mask_of(regions[i]), own, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
    others.setTo(0, own);
    if (regions.size() > 1) photos[i].bgr = covered(photo_.bgr, others);
    for (const double margin : kNamingMargins)
      views.push_back({&photos[i], with_margin(in_photo(regions[i].bounds), margin, all)});
  }
  ask(regions, views);
}

// As many views of each region, one region's after the other's; scores are means over them.
void Splitter::ask(std::vector<Region>& regions, gsl::span<const View> views) {
  if (regions.empty()) return;
  const Matrix scores = probe_.scores(views);
  const std::size_t each = views.size() / regions.size();
  for (std::size_t i = 0; i < regions.size(); ++i) {
    std::vector<float> mean(scores.columns, 0);
    for (std::size_t k = 0; k < mean.size(); ++k) {
      for (std::size_t m = 0; m < each; ++m) mean[k] += scores(each * i + m, k);
      mean[k] /= static_cast<float>(each);
    }
    regions[i].answer = answer_of(mean);
    regions[i].scores = std::move(mean);
  }
}

// Splits `region` as far as the pieces stand by themselves, and appends them to `result`.
void Splitter::split(const Region& region, double least, int depth, std::vector<Region>& result) {
  std::vector<Region> pieces;
  std::vector<View> views;
  const std::vector<Cut> cuts = depth > 0 ? thin_cuts(mask_, region.area) : std::vector<Cut>();
  for (const Cut& cut : cuts)
    for (int i = 0; i < 2; ++i) {
      pieces.push_back({cut.side[i], cut.piece[i]});
      for (const double margin : kMargins)
        views.push_back(
            {&photo_, with_margin(in_photo(cut.piece[i]), margin, in_photo(cut.side[i]))});
    }
  ask(pieces, views);
  double best = least;
  std::size_t chosen = cuts.size();
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const double value = worth(cuts[i], pieces[2 * i], pieces[2 * i + 1], region);
    if (value <= best) continue;
    best = value;
    chosen = i;
  }
  if (chosen == cuts.size()) {
    result.push_back(region);
    return;
  }
  for (std::size_t i = 0; i < 2; ++i) split(pieces[2 * chosen + i], least, depth - 1, result);
}

cv::Mat covered(const cv::Mat& bgr, const cv::Mat& hidden) {
  // A fill is smooth: made small, it loses nothing.
  constexpr int kSide = 160;
  constexpr double kNear = 4, kFar = 24;  // widths of the blur, pixels of kSide
  constexpr double kEnough = 0.02;        // share of seen pixels at which the near blur is enough
  const double scale = std::min(1.0, static_cast<double>(kSide) / std::max(bgr.cols, bgr.rows));
  const cv::Size small(std::max(1, cvRound(bgr.cols * scale)),
                       std::max(1, cvRound(bgr.rows * scale)));
  cv::Mat picture, seen;
  // Any pixel that touches what is hidden is hidden.
  cv::Mat shown = hidden == 0;
  shown.convertTo(shown, CV_32F, 1.0 / 255);
  cv::resize(shown, shown, small, 0, 0, cv::INTER_AREA);
  cv::threshold(shown, seen, 0.999, 1, cv::THRESH_BINARY);
  cv::resize(bgr, picture, small, 0, 0, cv::INTER_AREA);
  picture.convertTo(picture, CV_32F);
  std::vector<cv::Mat> channels;
  cv::split(picture, channels);
  cv::Mat near_weight, far_weight;
  cv::GaussianBlur(seen, near_weight, {}, kNear);
  cv::GaussianBlur(seen, far_weight, {}, kFar);
  const cv::Mat trust = cv::min(near_weight / kEnough, 1);
  for (cv::Mat& channel : channels) {
    cv::Mat near, far;
    cv::GaussianBlur(channel.mul(seen), near, {}, kNear);
    cv::GaussianBlur(channel.mul(seen), far, {}, kFar);
    near /= cv::max(near_weight, 1e-6);
    far /= cv::max(far_weight, 1e-6);
    channel = near.mul(trust) + far.mul(1 - trust);
  }
  cv::Mat fill, result = bgr.clone(), where;
  cv::merge(channels, fill);
  cv::resize(fill, fill, bgr.size(), 0, 0, cv::INTER_LINEAR);
  fill.convertTo(fill, CV_8U);
  cv::resize(hidden, where, bgr.size(), 0, 0, cv::INTER_NEAREST);
  fill.copyTo(result, where);
  return result;
}

}  // namespace differentia

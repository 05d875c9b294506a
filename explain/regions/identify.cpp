#include "explain/regions/identify.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <opencv2/imgproc.hpp>

#include "base/random.h"
#include "explain/regions/foreground.h"
#include "explain/regions/splitter.h"
#include "explain/regions/window_probe.h"

namespace differentia {

namespace {

constexpr int kTiles = 8;  // a side, of the photo without shapes
// A region that scores less than this share of the best one is background or a lost part.
constexpr double kLeastShare = 0.5;

cv::Mat shrunk(const cv::Mat& bgr, int side) {
  const double scale = std::min(1.0, static_cast<double>(side) / std::max(bgr.cols, bgr.rows));
  cv::Mat result;
  cv::resize(bgr, result,
             {std::max(1, cvRound(bgr.cols * scale)), std::max(1, cvRound(bgr.rows * scale))}, 0, 0,
             cv::INTER_AREA);
  return result;
}

// The photo's tiles in random order: its colours and textures without its shapes.
Photo without_shapes(const cv::Mat& bgr) {
  const int width = bgr.cols / kTiles, height = bgr.rows / kTiles;
  Photo photo;
  if (width == 0 || height == 0) {
    photo.bgr = bgr;
  } else {
    photo.bgr = cv::Mat(height * kTiles, width * kTiles, CV_8UC3);
    std::vector<int> order(kTiles * kTiles);
    for (int i = 0; i < kTiles * kTiles; ++i) order[i] = i;
    Random random(1, stream_id("tiles"));
    random.shuffle(order);
    const auto tile = [&](int i) {
      return cv::Rect(i % kTiles * width, i / kTiles * height, width, height);
    };
    for (int i = 0; i < kTiles * kTiles; ++i) bgr(tile(order[i])).copyTo(photo.bgr(tile(i)));
  }
  photo.full_size = {photo.bgr.cols, photo.bgr.rows};
  return photo;
}

std::vector<Point> outline(const cv::Mat& mask, double step_x, double step_y) {
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(mask, contours, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
  std::vector<Point> result;
  if (contours.empty()) return result;
  const auto largest = std::max_element(
      contours.begin(), contours.end(),
      [](const auto& a, const auto& b) { return cv::contourArea(a) < cv::contourArea(b); });
  for (const cv::Point& point : *largest)
    result.push_back({(point.x + 0.5) * step_x, (point.y + 0.5) * step_y});
  return result;
}

double agreement(const cv::Mat& a, const cv::Mat& b) {
  const int both = cv::countNonZero(a & b), either = cv::countNonZero(a | b);
  return either > 0 ? static_cast<double>(both) / either : 0;
}

SubjectMaskEstimate estimate_of(const Foreground& found, const cv::Mat& evidence,
                                const cv::Mat& mask, const cv::Size& size) {
  SubjectMaskEstimate estimate;
  const cv::Mat likely = found.likeness > 0.5;
  cv::Mat labels(mask.size(), CV_8UC1, cv::Scalar(0));
  const cv::Mat inside = mask != 0;
  const cv::Mat unlike = found.likeness < 0.1;
  const cv::Mat alike = found.likeness > 0.9;
  labels.setTo(255, inside);
  labels.setTo(128, (inside & unlike) | (~inside & alike));
  cv::resize(labels, estimate.labels, size, 0, 0, cv::INTER_NEAREST);
  if (cv::countNonZero(mask) == 0) {
    estimate.how = "No subject was found: the estimated mask is empty.";
    return estimate;
  }
  const cv::Mat evident = evidence > found.threshold;
  estimate.confidence = std::cbrt(agreement(mask, likely) * agreement(mask, evident & likely) *
                                  std::min(1.0, 2 * agreement(mask, evident)));
  estimate.how = fmt::format(
      "Estimated, not given: where windows of the photo hold evidence for a taxon, grown by colour "
      "and edges; evidence, colour and outline agree to {:.0f} %.",
      100 * estimate.confidence);
  return estimate;
}

}  // namespace

struct Identifier::Impl {
  std::shared_ptr<const Model> model;
  IdentifyOptions options;
  WindowProbe probe;
};

Identifier::Identifier(std::shared_ptr<const Model> model, const IdentifyOptions& options)
    : impl_(new Impl{model, options, WindowProbe(model, options.layer)}) {}

Identifier::~Identifier() = default;

IdentifyResult Identifier::run(const Photo& photo) {
  const IdentifyOptions& options = impl_->options;
  WindowProbe& probe = impl_->probe;
  IdentifyResult result;
  const cv::Mat picture = shrunk(photo.bgr, options.side);
  const std::vector<Box> windows = search_windows(photo.full_size, options.windows);
  const cv::Mat evidence = probe.evidence(photo, windows, {picture.cols, picture.rows});
  const Foreground found = find_foreground(picture, evidence);

  const Photo tiles = without_shapes(photo.bgr);
  WindowOptions coarse;
  coarse.sides = {1.0, 0.55};
  coarse.step = 0.5;
  std::vector<View> tile_views;
  for (const Box& window : search_windows(tiles.full_size, coarse))
    tile_views.push_back({&tiles, window});
  const Matrix shapeless = probe.scores(tile_views);
  std::vector<double> texture(shapeless.columns, 0);  // score of each output without shapes
  for (std::size_t i = 0; i < shapeless.rows; ++i)
    for (std::size_t k = 0; k < texture.size(); ++k)
      texture[k] += static_cast<double>(shapeless(i, k)) / static_cast<double>(shapeless.rows);

  Splitter splitter(probe, photo, found.mask);
  std::vector<Region> regions = splitter.regions(options.split);
  splitter.name(regions);
  double surest = 0;
  for (const Region& region : regions) {
    surest = std::max(surest, region.answer.probability);
    if (region.answer.score <= result.best_score) continue;
    result.best_score = region.answer.score;
    result.shapeless_score = texture[static_cast<std::size_t>(region.answer.output)];
  }
  const double best = result.best_score;
  if (result.shapeless_score > options.texture * best && surest < options.sure) regions.clear();
  regions.erase(std::remove_if(
                    regions.begin(), regions.end(),
                    [&](const Region& region) { return region.answer.score < kLeastShare * best; }),
                regions.end());
  std::sort(regions.begin(), regions.end(),
            [](const Region& a, const Region& b) { return a.answer.score > b.answer.score; });
  if (regions.size() > static_cast<std::size_t>(options.most))
    regions.resize(static_cast<std::size_t>(options.most));

  cv::Mat mask(picture.size(), CV_8UC1, cv::Scalar(0));
  for (const Region& region : regions) {
    const cv::Mat own = splitter.mask_of(region);
    mask |= own;
    Organism organism;
    organism.box = splitter.in_photo(region.bounds);
    organism.contour = outline(own, static_cast<double>(photo.full_size.width) / picture.cols,
                               static_cast<double>(photo.full_size.height) / picture.rows);
    organism.output = region.answer.output;
    organism.score = region.answer.score;
    organism.probability = region.answer.probability;
    if (std::find(result.outputs.begin(), result.outputs.end(), organism.output) ==
        result.outputs.end())
      result.outputs.push_back(organism.output);
    result.organisms.push_back(std::move(organism));
  }
  std::sort(result.organisms.begin(), result.organisms.end(),
            [](const Organism& a, const Organism& b) {
              return std::make_pair(a.box.x, a.box.y) < std::make_pair(b.box.x, b.box.y);
            });
  result.mask = estimate_of(found, evidence, mask, photo.bgr.size());
  const std::size_t count = result.organisms.size();
  if (count == 0) {
    result.summary = fmt::format(
        "No organism was found: the likeliest region scores {:.1f}, the photo's colours and "
        "textures "
        "without shapes {:.1f} for the same taxon.",
        result.best_score, result.shapeless_score);
  } else if (result.outputs.size() > 1) {
    result.summary = fmt::format(
        "{} organisms of {} taxa: split the photo, one crop for each, before it serves as a photo "
        "of one taxon.",
        count, result.outputs.size());
  } else {
    result.summary =
        count == 1 ? "One organism." : fmt::format("{} organisms of one taxon.", count);
  }
  return result;
}

}  // namespace differentia

#include "atlas/marks/removal.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include <opencv2/imgproc.hpp>
#include <opencv2/photo.hpp>

#include "base/image/photo.h"
#include "explain/forward_session.h"
#include "explain/path_attribution.h"
#include "explain/preprocess.h"

namespace differentia {
namespace {

constexpr int kBatch = 8;
constexpr int kSteps = 8;                // of integrated gradients
constexpr double kPaintRadius = 3;       // input pixels
constexpr double kBlur = 1.0 / 64;       // of the input's side: what makes a spot of single pixels
constexpr double kSpotReach = 3.0 / 64;  // of the input's side: pixels that its centre goes by

}  // namespace

struct Removal::Impl {
  std::shared_ptr<const Model> model;
  store::LayerRecord layer;
  std::string root;
  ForwardSession forward;
  std::unique_ptr<PathAttribution> path;  // made when first needed
  std::vector<float> input;               // of the photo
  cv::Mat picture;                        // the same, 8UC3 in the card's order
  InputGeometry geometry;

  Impl(std::shared_ptr<const Model> shared, const store::LayerRecord& at, std::string photo_root)
      : model(std::move(shared)),
        layer(at),
        root(std::move(photo_root)),
        forward(model, ForwardOptions{{}, true, kBatch}) {}

  Size size() const { return model->card().input.size; }
  std::size_t plane() const {
    return static_cast<std::size_t>(size().width) * static_cast<std::size_t>(size().height);
  }

  cv::Mat mask_of(const Region& region) const { return input_mask(layer.grid, region, size(), 1); }

  // The input with something painted in.
  std::vector<float> with(const Painted& painted) const {
    std::vector<float> result = input;
    const InputSpec& spec = model->card().input;
    for (int y = 0; y < painted.mask.rows; ++y) {
      for (int x = 0; x < painted.mask.cols; ++x) {
        if (painted.mask.at<unsigned char>(y, x) == 0) continue;
        const auto& pixel = painted.picture.at<cv::Vec3b>(y, x);
        const auto at = static_cast<std::size_t>(y * painted.mask.cols + x);
        for (std::size_t c = 0; c < 3; ++c)
          result[c * plane() + at] =
              (static_cast<float>(pixel[static_cast<int>(c)]) / 255.0f - spec.mean[c]) /
              spec.std[c];
      }
    }
    return result;
  }

  // What the mask marks, painted over from what is around it.
  Painted over(const cv::Mat& mask) const {
    Painted painted{mask, {}};
    cv::inpaint(picture, mask, painted.picture, kPaintRadius, cv::INPAINT_TELEA);
    return painted;
  }
};

Removal::Removal(std::shared_ptr<const Model> model, const store::LayerRecord& layer,
                 std::string photo_root)
    : impl_(std::make_unique<Impl>(std::move(model), layer, std::move(photo_root))) {}

Removal::~Removal() = default;

bool Removal::read(const store::PhotoRecord& record) {
  Impl& impl = *impl_;
  const InputSpec& spec = impl.model->card().input;
  impl.input.resize(3 * impl.plane());
  try {
    DecodeOptions decoding;
    decoding.shorter_side = decode_side(spec);
    const Photo photo =
        decode_photo((std::filesystem::path(impl.root) / record.path).string(), decoding);
    impl.geometry = preprocess(photo, spec, impl.input);
  } catch (const PhotoError&) {
    return false;
  }
  impl.picture.create(impl.size().height, impl.size().width, CV_8UC3);
  for (int y = 0; y < impl.picture.rows; ++y) {
    for (int x = 0; x < impl.picture.cols; ++x) {
      auto& pixel = impl.picture.at<cv::Vec3b>(y, x);
      const auto at = static_cast<std::size_t>(y * impl.picture.cols + x);
      for (std::size_t c = 0; c < 3; ++c)
        pixel[static_cast<int>(c)] = cv::saturate_cast<unsigned char>(
            255 * (impl.input[c * impl.plane() + at] * spec.std[c] + spec.mean[c]));
    }
  }
  return true;
}

std::vector<double> Removal::margins(int own, int rival, gsl::span<const Region> regions) {
  std::vector<cv::Mat> masks;
  for (const Region& region : regions) masks.push_back(impl_->mask_of(region));
  return margins_without(own, rival, masks);
}

std::vector<double> Removal::margins_without(int own, int rival, gsl::span<const cv::Mat> masks) {
  std::vector<Painted> painted;
  for (const cv::Mat& mask : masks) painted.push_back(impl_->over(mask));
  return margins_with(own, rival, painted);
}

const cv::Mat& Removal::picture() const {
  return impl_->picture;
}

std::vector<double> Removal::margins_with(int own, int rival, gsl::span<const Painted> painted) {
  Impl& impl = *impl_;
  std::vector<float> inputs = impl.input;
  for (const Painted& one : painted) {
    const std::vector<float> altered = impl.with(one);
    inputs.insert(inputs.end(), altered.begin(), altered.end());
  }
  const auto result = impl.forward.run(inputs, static_cast<int>(painted.size()) + 1);
  std::vector<double> margins;
  for (std::size_t i = 0; i <= painted.size(); ++i) {
    const auto row = result.outputs.row(i);
    margins.push_back(static_cast<double>(row[static_cast<std::size_t>(own)]) -
                      row[static_cast<std::size_t>(rival)]);
  }
  return margins;
}

std::optional<Point> Removal::place(int own, int rival, const Region& region) {
  Impl& impl = *impl_;
  if (!impl.path) impl.path = std::make_unique<PathAttribution>(impl.model);
  const std::vector<float> from = impl.with(impl.over(impl.mask_of(region)));
  std::vector<float> values =
      impl.path->run(from, impl.input, Target::difference(own, rival), kSteps);
  const Size size = impl.size();
  cv::Mat map(size.height, size.width, CV_32F, values.data());
  const double side = std::max(size.width, size.height);
  cv::GaussianBlur(map, map, {0, 0}, std::max(0.5, kBlur * side));
  double most = 0;
  cv::Point spot;
  cv::minMaxLoc(map, nullptr, &most, nullptr, &spot);
  if (!(most > 0)) return std::nullopt;
  const int distance = std::max(1, static_cast<int>(std::lround(kSpotReach * side)));
  double weight = 0, x_sum = 0, y_sum = 0;
  for (int y = std::max(0, spot.y - distance); y <= std::min(map.rows - 1, spot.y + distance);
       ++y) {
    for (int x = std::max(0, spot.x - distance); x <= std::min(map.cols - 1, spot.x + distance);
         ++x) {
      const double value = std::max(0.0f, map.at<float>(y, x));
      weight += value;
      x_sum += value * (x + 0.5);
      y_sum += value * (y + 0.5);
    }
  }
  return impl.geometry.to_photo(Point{x_sum / weight, y_sum / weight});
}

}  // namespace differentia

#include "atlas/feature_visualisation.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <torch/all.h>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "base/random.h"
#include "explain/model_impl_torch.h"

namespace differentia {
namespace {

constexpr double kInitialDeviation = 0.01;  // of the spectrum's coefficients, as Lucid's
constexpr double kLeastCosine = 0.1;

// The real inverse Fourier transform of a complex spectrum as matrix products: pictures are small,
// and LibTorch may be built without a Fourier library. Frequencies are weighted by 1/f, so that all
// of them learn at one pace.
class FourierImage {
 public:
  FourierImage(Size size, Random& random) {
    const int rows = size.height, columns = size.width;
    std::tie(row_cos_, row_sin_) = waves(rows);
    std::tie(column_cos_, column_sin_) = waves(columns);
    std::vector<float> weight(static_cast<std::size_t>(rows) * columns);
    const double lowest = 1.0 / std::max(rows, columns);
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < columns; ++column) {
        const double fy = static_cast<double>(std::min(row, rows - row)) / rows;
        const double fx = static_cast<double>(std::min(column, columns - column)) / columns;
        weight[static_cast<std::size_t>(row) * columns + column] = static_cast<float>(
            0.25 / std::max(std::hypot(fx, fy), lowest) / std::sqrt(double(rows) * columns));
      }
    }
    weight_ = torch::tensor(weight).view({rows, columns});
    std::vector<float> start(2 * 3 * weight.size());
    for (float& value : start) value = static_cast<float>(kInitialDeviation * random.normal());
    spectrum_ = torch::tensor(start).view({2, 3, rows, columns}).requires_grad_(true);
  }

  torch::Tensor& spectrum() { return spectrum_; }

  // 1 × 3 × rows × columns, red, green, blue in 0…1.
  torch::Tensor image() const {
    const torch::Tensor real = spectrum_[0] * weight_, imaginary = spectrum_[1] * weight_;
    const torch::Tensor a = torch::matmul(row_cos_, real) - torch::matmul(row_sin_, imaginary);
    const torch::Tensor b = torch::matmul(row_cos_, imaginary) + torch::matmul(row_sin_, real);
    const torch::Tensor planes = torch::matmul(a, column_cos_) - torch::matmul(b, column_sin_);
    // Square root of the colours' covariance in natural photos (Olah et al. 2017).
    static const torch::Tensor colours =
        torch::tensor({{0.26f, 0.09f, 0.02f}, {0.27f, 0.00f, -0.05f}, {0.27f, -0.09f, 0.03f}}) /
        std::sqrt(0.26f * 0.26f + 0.27f * 0.27f + 0.27f * 0.27f);
    return torch::sigmoid(torch::matmul(colours, planes.flatten(1)).view_as(planes)).unsqueeze(0);
  }

 private:
  static std::pair<torch::Tensor, torch::Tensor> waves(int n) {
    const torch::Tensor index = torch::arange(n, torch::kFloat);
    const torch::Tensor phase = index.unsqueeze(1) * index.unsqueeze(0) * (2 * M_PI / n);
    return {phase.cos(), phase.sin()};
  }

  torch::Tensor row_cos_, row_sin_, column_cos_, column_sin_, weight_, spectrum_;
};

// The picture shifted, scaled and turned a little: what survives that is not noise.
torch::Tensor moved(const torch::Tensor& image, const VisualisationOptions& options,
                    Random& random) {
  const double scale = random.uniform(0.9, 1.1),
               angle = random.uniform(-0.17, 0.17);  // radians: about 10 degrees
  const double shift_x =
      random.uniform(-options.jitter, options.jitter) * 2 / static_cast<double>(image.size(3));
  const double shift_y =
      random.uniform(-options.jitter, options.jitter) * 2 / static_cast<double>(image.size(2));
  const float c = static_cast<float>(scale * std::cos(angle)),
              s = static_cast<float>(scale * std::sin(angle));
  const torch::Tensor affine =
      torch::tensor({{c, -s, static_cast<float>(shift_x)}, {s, c, static_cast<float>(shift_y)}})
          .unsqueeze(0);
  return torch::grid_sampler(image, torch::affine_grid_generator(affine, image.sizes(), false),
                             0 /* bilinear */, 2 /* reflected at the border */, false);
}

// Of h rows, the first and the one after the last that count as the middle: one of an odd number,
// two of an even.
std::pair<int, int> middle(int count, bool whole) {
  return whole ? std::pair<int, int>{0, count}
               : std::pair<int, int>{(count - 1) / 2, count / 2 + 1};
}

}  // namespace

struct FeatureVisualiser::Impl {
  std::shared_ptr<const Model> model;
  const LayerInfo* layer = nullptr;
  std::shared_ptr<const Slice> slice;
  torch::Tensor centre, scale;  // 1 × channels × 1 × 1
  torch::Tensor mean, std;      // 1 × 3 × 1 × 1, in the order of the model's channels

  // dot · max(0.1, cos)^power of the excited positions, averaged (Carter et al. 2019, "whitened"
  // objective).
  torch::Tensor objective(const torch::Tensor& image, const torch::Tensor& direction,
                          const VisualisationOptions& options) const {
    const torch::Tensor ordered = model->card().input.rgb ? image : image.flip(1);
    const Network& network = model->impl().network;
    const torch::Tensor input = ((ordered - mean) / std).to(network.device, network.dtype);
    const torch::Tensor grid = slice->run(input).front().to(torch::kCPU, torch::kFloat);
    const torch::Tensor unit = (grid - centre) / scale;
    const auto [first_row, last_row] = middle(layer->height, options.whole_grid);
    const auto [first_column, last_column] = middle(layer->width, options.whole_grid);
    const torch::Tensor excited =
        unit.slice(2, first_row, last_row).slice(3, first_column, last_column);
    const torch::Tensor dot = (excited * direction).sum(1);
    const torch::Tensor cosine = dot / (excited.norm(2, {1}) + 1e-6);
    return (dot * cosine.clamp_min(kLeastCosine).pow(options.power)).mean();
  }
};

FeatureVisualiser::FeatureVisualiser(std::shared_ptr<const Model> model, const std::string& layer,
                                     const Normalisation& normalisation)
    : impl_(std::make_unique<Impl>()) {
  impl_->layer = &model->layer(layer);
  if (impl_->layer->height == 0) {
    throw InputError("Layer '" + layer +
                     "' has no grid; optimised icons need one. Choose another with --layer.");
  }
  impl_->slice = model->impl().slice("", {layer}, false, SliceUse::kGradient);
  impl_->centre = torch::tensor(normalisation.centre).view({1, -1, 1, 1});
  impl_->scale = torch::tensor(normalisation.scale).view({1, -1, 1, 1});
  const InputSpec& input = model->card().input;
  impl_->mean = torch::tensor({input.mean[0], input.mean[1], input.mean[2]}).view({1, 3, 1, 1});
  impl_->std = torch::tensor({input.std[0], input.std[1], input.std[2]}).view({1, 3, 1, 1});
  impl_->model = std::move(model);
}

FeatureVisualiser::~FeatureVisualiser() = default;

cv::Mat FeatureVisualiser::run(gsl::span<const float> direction,
                               const VisualisationOptions& options,
                               const ProgressCallback& progress) {
  const OneThread one_thread;
  Random random(options.seed, stream_id("feature visualisation"));
  FourierImage picture(impl_->model->card().input.size, random);
  const torch::Tensor wanted =
      torch::tensor(std::vector<float>(direction.begin(), direction.end())).view({1, -1, 1, 1});
  torch::optim::Adam adam({picture.spectrum()}, torch::optim::AdamOptions(options.learning_rate));
  for (int step = 0; step < options.steps; ++step) {
    report(progress, {"visualising", step, options.steps, "steps", ""});
    adam.zero_grad();
    const torch::Tensor loss =
        -impl_->objective(moved(picture.image(), options, random), wanted, options);
    loss.backward();
    adam.step();
  }
  const torch::NoGradGuard no_grad;
  const torch::Tensor bytes = (picture.image()[0].flip(0).permute({1, 2, 0}) * 255)
                                  .round()
                                  .to(torch::kByte)
                                  .contiguous();  // BGR rows
  return cv::Mat(static_cast<int>(bytes.size(0)), static_cast<int>(bytes.size(1)), CV_8UC3,
                 bytes.data_ptr())
      .clone();
}

cv::Mat middle_of(const cv::Mat& picture, const GridGeometry& grid, double cells, int tile) {
  const Point first = grid.centre((grid.height - 1) / 2, (grid.width - 1) / 2);
  const Point last = grid.centre(grid.height / 2, grid.width / 2);
  const Box box = clip({(first.x + last.x - cells * grid.stride_x) / 2,
                        (first.y + last.y - cells * grid.stride_y) / 2, cells * grid.stride_x,
                        cells * grid.stride_y},
                       {picture.cols, picture.rows});
  const cv::Rect part(cvRound(box.x), cvRound(box.y), std::max(1, cvRound(box.width)),
                      std::max(1, cvRound(box.height)));
  cv::Mat icon;
  cv::resize(picture(part & cv::Rect(0, 0, picture.cols, picture.rows)), icon, {tile, tile}, 0, 0,
             part.width > tile ? cv::INTER_AREA : cv::INTER_CUBIC);
  return icon;
}

}  // namespace differentia

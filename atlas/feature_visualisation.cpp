#include "atlas/feature_visualisation.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <torch/script.h>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "base/random.h"
#include "explain/model_impl_torch.h"

namespace differentia {
namespace {

constexpr double kLeastCosine = 0.1;
constexpr double kPi = 3.14159265358979323846;

// Square root of the colours' covariance in natural photos (Olah et al. 2017), as Lucid scales it.
at::Tensor colours() {
  return torch::tensor({{0.26f, 0.09f, 0.02f}, {0.27f, 0.00f, -0.05f}, {0.27f, -0.09f, 0.03f}}) /
         std::sqrt(0.26f * 0.26f + 0.27f * 0.27f + 0.27f * 0.27f);
}

// Cosines and sines of 2π · index · frequency / n, n × frequencies. Pictures are small, and
// LibTorch may be built without a Fourier library: transforms are matrix products.
std::pair<at::Tensor, at::Tensor> waves(int n, int frequencies) {
  const at::Tensor phase = torch::arange(n, at::kFloat).unsqueeze(1) *
                           torch::arange(frequencies, at::kFloat).unsqueeze(0) * (2 * kPi / n);
  return {phase.cos(), phase.sin()};
}

// Cycles per picture of the half plane of frequencies that a real picture needs: row by row the
// length of (column, row), n × n/2 + 1.
double cycles(int n, int row, int column) {
  return std::hypot(std::min(row, n - row), column);
}

// What real patches look like on average: in decorrelated colours, before the sigmoid.
struct Spectrum {
  std::vector<float> mean = {0, 0, 0};
  // By colour and cycles per picture of `side` pixels, from 1: root mean square of the transform.
  std::vector<std::vector<float>> magnitude;
  int side = 0;
};

Spectrum spectrum_of(gsl::span<const cv::Mat> patches) {
  Spectrum result;
  if (patches.empty()) return result;
  const int n = result.side = patches.front().rows;
  const auto [cosine, sine] = waves(n, n);
  const at::Tensor apart = at::inverse(colours());
  const at::Tensor hann = 0.5 - 0.5 * (torch::arange(n, at::kFloat) * (2 * kPi / n)).cos();
  const at::Tensor window = hann.unsqueeze(1) * hann.unsqueeze(0);
  at::Tensor mean = at::zeros({3}), power = at::zeros({3, n, n});
  for (const cv::Mat& patch : patches) {
    const cv::Mat whole = patch.isContinuous() ? patch : patch.clone();
    const at::Tensor rgb = at::from_blob(whole.data, {n, n, 3}, at::kByte)
                               .to(at::kFloat)
                               .div(255)
                               .clamp(0.02, 0.98)
                               .permute({2, 0, 1})
                               .flip(0);
    const at::Tensor planes = at::matmul(apart, (rgb / (1 - rgb)).log().flatten(1)).view({3, n, n});
    const at::Tensor own = planes.mean({1, 2});
    mean += own;
    const at::Tensor part = (planes - own.view({3, 1, 1})) * window;
    const at::Tensor a = at::matmul(cosine, part), b = at::matmul(sine, part);
    const at::Tensor real = at::matmul(a, cosine) - at::matmul(b, sine);
    const at::Tensor imaginary = at::matmul(b, cosine) + at::matmul(a, sine);
    power += real * real + imaginary * imaginary;
  }
  const auto count = static_cast<double>(patches.size());
  mean /= count;
  result.mean.assign(mean.data_ptr<float>(), mean.data_ptr<float>() + 3);
  const at::Tensor size = (power * (n * n / (window * window).sum() / count)).sqrt().contiguous();
  const auto bins = static_cast<std::size_t>(std::ceil(cycles(n, n / 2, n / 2))) + 1;
  for (int colour = 0; colour < 3; ++colour) {
    std::vector<float> sum(bins), rows(bins);
    for (int row = 0; row < n; ++row)
      for (int column = 0; column <= n / 2; ++column) {
        const auto bin = static_cast<std::size_t>(std::lround(cycles(n, row, column)));
        sum[bin] += size.data_ptr<float>()[(colour * n + row) * n + column];
        rows[bin] += 1;
      }
    for (std::size_t bin = 0; bin < bins; ++bin) sum[bin] /= std::max(1.f, rows[bin]);
    result.magnitude.push_back(std::move(sum));
  }
  return result;
}

// Pictures of n × n pixels from phases alone: 3 × n × (n/2 + 1) of them a picture.
class PhasePictures {
 public:
  PhasePictures(int n, const Spectrum& spectrum, double contrast) : n_(n) {
    const int half = n / 2 + 1;
    std::tie(row_cos_, row_sin_) = waves(n, n);
    std::tie(column_cos_, column_sin_) = waves(n, half);
    column_cos_ = column_cos_.t().contiguous();
    column_sin_ = column_sin_.t().contiguous();
    std::vector<float> weight;
    for (int colour = 0; colour < 3; ++colour)
      for (int row = 0; row < n; ++row)
        for (int column = 0; column < half; ++column) {
          const double twice = column == 0 || 2 * column == n ? 1 : 2;  // and its conjugate
          weight.push_back(static_cast<float>(
              twice * contrast * magnitude(spectrum, colour, cycles(n, row, column)) / (n * n)));
        }
    weight_ = torch::tensor(weight).view({3, n, half});
    mean_ = torch::tensor(spectrum.mean).view({3, 1, 1});
    colours_ = colours();
  }

  at::Tensor start(Random& random) const {
    std::vector<float> phases(static_cast<std::size_t>(3 * n_ * (n_ / 2 + 1)));
    for (float& phase : phases) phase = static_cast<float>(random.uniform(-kPi, kPi));
    return torch::tensor(phases).view({3, n_, n_ / 2 + 1});
  }

  // phases: pictures × 3 × n × (n/2 + 1); pictures × 3 × n × n, red, green, blue in 0…1.
  at::Tensor draw(const at::Tensor& phases) const {
    const at::Tensor real = phases.cos() * weight_, imaginary = phases.sin() * weight_;
    const at::Tensor a = at::matmul(row_cos_, real) - at::matmul(row_sin_, imaginary);
    const at::Tensor b = at::matmul(row_cos_, imaginary) + at::matmul(row_sin_, real);
    const at::Tensor planes = at::matmul(a, column_cos_) - at::matmul(b, column_sin_) + mean_;
    return at::sigmoid(at::matmul(colours_, planes.flatten(2)).view_as(planes));
  }

 private:
  // Of the transform of n × n pixels: it grows with the side, so that a pixel's variance stays.
  double magnitude(const Spectrum& spectrum, int colour, double cycles) const {
    if (cycles == 0) return 0;  // the mean is given
    if (spectrum.magnitude.empty()) return 0.25 * n_ * n_ / cycles;
    const auto& own = spectrum.magnitude[static_cast<std::size_t>(colour)];
    const double scale = static_cast<double>(n_) / spectrum.side;
    const double at = std::clamp(cycles / scale, 1.0, static_cast<double>(own.size()) - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, own.size() - 1);
    return scale * (own[below] + (at - static_cast<double>(below)) * (own[above] - own[below]));
  }

  int n_;
  at::Tensor row_cos_, row_sin_, column_cos_, column_sin_, weight_, mean_, colours_;
};

// Pictures shifted, scaled and turned a little, each in its own way: what survives that is not
// noise.
at::Tensor moved(const at::Tensor& pictures, double jitter, std::vector<Random>& random) {
  std::vector<float> affine;
  for (Random& own : random) {
    const double scale = own.uniform(0.9, 1.1);
    const double angle = own.uniform(-0.17, 0.17);  // radians: about 10 degrees
    const auto c = static_cast<float>(scale * std::cos(angle)),
               s = static_cast<float>(scale * std::sin(angle));
    const auto x = static_cast<float>(2 * own.uniform(-jitter, jitter)),
               y = static_cast<float>(2 * own.uniform(-jitter, jitter));
    affine.insert(affine.end(), {c, -s, x, s, c, y});
  }
  const at::Tensor matrices =
      torch::tensor(affine).view({static_cast<std::int64_t>(random.size()), 2, 3});
  return at::grid_sampler(pictures, at::affine_grid_generator(matrices, pictures.sizes(), false),
                          0 /* bilinear */, 2 /* reflected at the border */, false);
}

// Adam (Kingma and Ba 2015) with its usual constants.
class Adam {
 public:
  Adam(at::Tensor values, double rate)
      : values_(std::move(values)),
        rate_(rate),
        first_(at::zeros_like(values_)),
        second_(at::zeros_like(values_)) {}

  void step(const at::Tensor& gradient) {
    const at::NoGradGuard no_grad;
    ++steps_;
    first_.mul_(0.9).add_(gradient, 0.1);
    second_.mul_(0.999).addcmul_(gradient, gradient, 0.001);
    const double rate = rate_ / (1 - std::pow(0.9, steps_));
    values_.addcdiv_(first_, (second_ / (1 - std::pow(0.999, steps_))).sqrt_().add_(1e-8), -rate);
  }

 private:
  at::Tensor values_;
  double rate_;
  at::Tensor first_, second_;
  int steps_ = 0;
};

// Of `count` rows, the first that counts as the middle, and how many: one of an odd number, two of
// an even.
std::pair<std::int64_t, std::int64_t> middle(std::int64_t count) {
  return {(count - 1) / 2, 2 - count % 2};
}

std::string time_left(double seconds) {
  return seconds < 90 ? fmt::format("{:.0f} s left", seconds)
                      : fmt::format("{:.0f} min left", seconds / 60);
}

std::vector<cv::Mat> to_pictures(const at::Tensor& rgb) {
  const at::Tensor bytes =
      (rgb.flip(1).permute({0, 2, 3, 1}) * 255).round().to(at::kByte).contiguous();  // BGR rows
  std::vector<cv::Mat> pictures;
  for (std::int64_t i = 0; i < bytes.size(0); ++i)
    pictures.push_back(cv::Mat(static_cast<int>(bytes.size(1)), static_cast<int>(bytes.size(2)),
                               CV_8UC3, bytes[i].data_ptr())
                           .clone());
  return pictures;
}

}  // namespace

struct FeatureVisualiser::Impl {
  std::shared_ptr<const Model> model;
  VisualisationOptions options;
  std::shared_ptr<const Slice> slice;
  GridGeometry grid;  // of the canvas
  std::unique_ptr<PhasePictures> pictures;
  at::Tensor centre, scale;  // 1 × channels × 1 × 1
  at::Tensor mean, std;      // 1 × 3 × 1 × 1, in the order of the model's channels

  at::Tensor activations(const at::Tensor& rgb) const {
    const at::Tensor ordered = model->card().input.rgb ? rgb : rgb.flip(1);
    const Network& network = model->impl().network;
    const at::Tensor input = ((ordered - mean) / std).to(network.device, network.dtype);
    return slice->run(input).front().to(at::kCPU, at::kFloat);
  }

  // dot · max(0.1, cos)^power of the excited positions (Carter et al. 2019, "whitened" objective):
  // the mean over positions, the sum over pictures, so that each picture goes its own way.
  at::Tensor objective(const at::Tensor& rgb, const at::Tensor& directions) const {
    const at::Tensor unit = (activations(rgb) - centre) / scale;
    const auto [row, rows] = middle(unit.size(2));
    const auto [column, columns] = middle(unit.size(3));
    const at::Tensor excited = unit.narrow(2, row, rows).narrow(3, column, columns);
    const at::Tensor dot = (excited * directions).sum(1);
    const at::Tensor cosine = dot / (excited.norm(2, {1}) + 1e-6);
    return (dot * cosine.clamp_min(kLeastCosine).pow(options.power)).mean({1, 2}).sum();
  }

  // A square of `cells` grid positions, or the shorter side of the input where that is less, or
  // where the network takes no other size.
  int canvas_side(const LayerInfo& layer) {
    const Size input = model->card().input.size;
    const int whole = std::min(input.width, input.height);
    const int part =
        2 * static_cast<int>(std::lround(options.cells *
                                         std::max(layer.grid.stride_x, layer.grid.stride_y) / 2));
    for (const int side : {std::min(part, whole), whole}) {
      try {
        const at::NoGradGuard no_grad;
        const at::Tensor blank = activations(at::full({1, 3, side, side}, 0.5));
        if (blank.dim() != 4 || blank.size(1) != centre.size(1)) continue;
        grid = layer.grid;
        grid.height = static_cast<int>(blank.size(2));
        grid.width = static_cast<int>(blank.size(3));
        return side;
      } catch (const c10::Error&) {
      } catch (const std::runtime_error&) {  // the interpreter's
      }
    }
    throw InputError(
        "This network takes no square pictures; optimised icons need them. Take "
        "--icons photo.");
  }

  std::vector<cv::Mat> draw(const Matrix& directions, std::size_t first, std::size_t count) const {
    std::vector<Random> random;
    std::vector<at::Tensor> starts;
    for (std::size_t i = first; i < first + count; ++i) {
      random.emplace_back(options.seed, stream_id("feature visualisation"),
                          static_cast<std::uint32_t>(i));
      starts.push_back(pictures->start(random.back()));
    }
    at::Tensor phases = at::stack(starts).requires_grad_(true);
    const auto rows =
        directions.values.begin() + static_cast<std::ptrdiff_t>(first * directions.columns);
    const at::Tensor wanted =
        torch::tensor(std::vector<float>(
                          rows, rows + static_cast<std::ptrdiff_t>(count * directions.columns)))
            .view({static_cast<std::int64_t>(count), -1, 1, 1});
    Adam adam(phases, options.learning_rate);
    for (int step = 0; step < options.steps; ++step) {
      const at::Tensor loss =
          -objective(moved(pictures->draw(phases), options.jitter, random), wanted);
      adam.step(torch::autograd::grad({loss}, {phases})[0]);
    }
    const at::NoGradGuard no_grad;
    return to_pictures(pictures->draw(phases));
  }
};

FeatureVisualiser::FeatureVisualiser(std::shared_ptr<const Model> model, const std::string& layer,
                                     const Normalisation& normalisation,
                                     gsl::span<const cv::Mat> patches,
                                     const VisualisationOptions& options)
    : impl_(std::make_unique<Impl>()) {
  const LayerInfo& info = model->layer(layer);
  if (info.height == 0) {
    throw InputError("Layer '" + layer +
                     "' has no grid; optimised icons need one. Choose another with --layer.");
  }
  const OneThread one_thread;
  impl_->options = options;
  impl_->slice = model->impl().slice("", {layer}, false, SliceUse::kGradient);
  impl_->centre = torch::tensor(normalisation.centre).view({1, -1, 1, 1});
  impl_->scale = torch::tensor(normalisation.scale).view({1, -1, 1, 1});
  const InputSpec& input = model->card().input;
  impl_->mean = torch::tensor({input.mean[0], input.mean[1], input.mean[2]}).view({1, 3, 1, 1});
  impl_->std = torch::tensor({input.std[0], input.std[1], input.std[2]}).view({1, 3, 1, 1});
  impl_->model = std::move(model);
  impl_->pictures = std::make_unique<PhasePictures>(impl_->canvas_side(info), spectrum_of(patches),
                                                    options.contrast);
}

FeatureVisualiser::~FeatureVisualiser() = default;

GridGeometry FeatureVisualiser::grid() const {
  return impl_->grid;
}

std::vector<cv::Mat> FeatureVisualiser::run(const Matrix& directions,
                                            const ProgressCallback& progress) {
  const std::size_t batch = static_cast<std::size_t>(std::max(1, impl_->options.batch));
  const std::size_t threads = impl_->options.threads > 0
                                  ? static_cast<std::size_t>(impl_->options.threads)
                                  : std::max(1u, std::thread::hardware_concurrency());
  std::vector<cv::Mat> pictures(directions.rows);
  // As many batches at once as there are threads; between them, reports with the time that is left.
  const auto begun = std::chrono::steady_clock::now();
  for (std::size_t first = 0; first < directions.rows; first += batch * threads) {
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
    report(progress,
           {"drawing icons", static_cast<std::int64_t>(first),
            static_cast<std::int64_t>(directions.rows), "icons",
            first == 0 ? ""
                       : time_left(taken.count() * static_cast<double>(directions.rows - first) /
                                   static_cast<double>(first))});
    std::exception_ptr failure;
    std::mutex mutex;
    const auto work = [&](std::size_t start) {
      try {
        const OneThread one_thread;
        const std::size_t count = std::min(batch, directions.rows - start);
        auto drawn = impl_->draw(directions, start, count);
        std::move(drawn.begin(), drawn.end(),
                  pictures.begin() + static_cast<std::ptrdiff_t>(start));
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        failure = std::current_exception();
      }
    };
    std::vector<std::thread> workers;
    for (std::size_t t = 1; t < threads && first + t * batch < directions.rows; ++t)
      workers.emplace_back(work, first + t * batch);
    work(first);
    for (std::thread& worker : workers) worker.join();
    if (failure) std::rethrow_exception(failure);
  }
  return pictures;
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

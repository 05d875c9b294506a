#include "explain/measures/deletion_insertion.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "explain/preprocess.h"

namespace differentia {

namespace {

constexpr float kNoEvidence = std::numeric_limits<float>::quiet_NaN();
constexpr double kBlurSigma = 10.0 / 224;  // of the input's shorter side

ForwardOptions forward_options(int batch) {
  ForwardOptions options;
  options.batch = batch;
  return options;
}

// The pixels by falling value, those without evidence last; equal values form a group.
struct Order {
  std::vector<int> pixels;
  std::vector<int> first, length;  // of the group of pixels[i]

  explicit Order(const cv::Mat& map) : pixels(map.total()) {
    const float* values = map.ptr<float>();
    const auto rank = [values](int pixel) {
      return std::isfinite(values[pixel]) ? values[pixel] : -std::numeric_limits<float>::infinity();
    };
    std::iota(pixels.begin(), pixels.end(), 0);
    std::stable_sort(pixels.begin(), pixels.end(), [&](int a, int b) { return rank(a) > rank(b); });
    first.resize(pixels.size());
    length.resize(pixels.size());
    for (std::size_t begin = 0; begin < pixels.size();) {
      std::size_t end = begin + 1;
      while (end < pixels.size() && rank(pixels[end]) == rank(pixels[begin])) ++end;
      for (std::size_t i = begin; i < end; ++i) {
        first[i] = static_cast<int>(begin);
        length[i] = static_cast<int>(end - begin);
      }
      begin = end;
    }
  }
};

// `to`: `from` with the first `taken` pixels of the order exchanged for `other`'s.
void exchange(const float* from, const float* other, const Order& order, int taken, float* to) {
  const std::size_t plane = order.pixels.size();
  std::copy_n(from, 3 * plane, to);
  for (std::size_t i = 0; i < plane && order.first[i] < taken; ++i) {
    const float share =
        std::min(1.0f, static_cast<float>(taken - order.first[i]) / order.length[i]);
    for (std::size_t channel = 0; channel < 3; ++channel) {
      const std::size_t at = channel * plane + order.pixels[i];
      to[at] = share == 1 ? other[at] : from[at] + share * (other[at] - from[at]);
    }
  }
}

}  // namespace

double target_probability(const Target& target, gsl::span<const float> outputs) {
  if (!target.layer.empty()) return kNoEvidence;
  const bool one = target.weights.size() == 1 && target.weights[0].second == 1.0;
  if (!one) {
    double z = target.offset;
    for (const auto& [index, weight] : target.weights) z += weight * outputs[index];
    return 1 / (1 + std::exp(-z));
  }
  const double highest = *std::max_element(outputs.begin(), outputs.end());
  double sum = 0;
  for (const float output : outputs) sum += std::exp(output - highest);
  return std::exp(outputs[target.weights[0].first] - highest) / sum;
}

cv::Mat map_on_input(const cv::Mat& map, const InputGeometry& geometry) {
  const Size size = geometry.input;
  cv::Mat result(size.height, size.width, CV_32FC1, cv::Scalar(kNoEvidence));
  const double step_x = static_cast<double>(map.cols) / geometry.photo.width;
  const double step_y = static_cast<double>(map.rows) / geometry.photo.height;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const Point photo = geometry.to_photo(Point{x + 0.5, y + 0.5});
      if (photo.x < 0 || photo.y < 0 || photo.x > geometry.photo.width ||
          photo.y > geometry.photo.height) {
        continue;
      }
      const double map_x = photo.x * step_x - 0.5, map_y = photo.y * step_y - 0.5;
      const int left = static_cast<int>(std::floor(map_x + 1e-6));
      const int top = static_cast<int>(std::floor(map_y + 1e-6));
      double sum = 0, known = 0;
      for (int row = top; row <= top + 1; ++row) {
        for (int column = left; column <= left + 1; ++column) {
          const double weight = (1 - std::abs(map_x - column)) * (1 - std::abs(map_y - row));
          if (weight < 1e-5) continue;
          const float value =
              map.at<float>(std::clamp(row, 0, map.rows - 1), std::clamp(column, 0, map.cols - 1));
          if (!std::isfinite(value)) continue;
          sum += weight * value;
          known += weight;
        }
      }
      if (known > 0) result.at<float>(y, x) = static_cast<float>(sum / known);
    }
  }
  return result;
}

DeletionTest::DeletionTest(std::shared_ptr<const Model> model, const Photo& photo,
                           const Target& target, const DeletionOptions& options)
    : model_(std::move(model)),
      target_(target),
      options_(options),
      session_(model_, forward_options(options.batch)) {
  if (options.steps < 1) throw InputError("Deletion and insertion need at least one step.");
  if (model_->card().head == Head::kRegression || !target.layer.empty()) {
    throw InputError(
        "Deletion and insertion follow a probability, which a regression and a target at a layer "
        "do not have.");
  }
  const Size size = model_->card().input.size;
  input_.resize(static_cast<std::size_t>(3) * size.width * size.height);
  geometry_ = preprocess(photo, model_->card().input, input_);
  probability_ = probabilities(input_, 1)[0];
}

std::vector<double> DeletionTest::probabilities(gsl::span<const float> inputs, int count) {
  const Matrix outputs = session_.run(inputs, count).outputs;
  std::vector<double> result;
  for (int i = 0; i < count; ++i) result.push_back(target_probability(target_, outputs.row(i)));
  return result;
}

const DeletionTest::Filled& DeletionTest::filled(Fill fill) {
  Filled& of_fill = filled_[fill == Fill::kBlur ? 0 : 1];
  if (!of_fill.values.empty()) return of_fill;
  const Size size = geometry_.input;
  const std::size_t plane = static_cast<std::size_t>(size.width) * size.height;
  of_fill.values.resize(3 * plane);
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const cv::Mat from(size.height, size.width, CV_32FC1, input_.data() + channel * plane);
    cv::Mat to(size.height, size.width, CV_32FC1, of_fill.values.data() + channel * plane);
    if (fill == Fill::kBlur) {
      const double sigma = kBlurSigma * std::min(size.width, size.height);
      cv::GaussianBlur(from, to, {}, sigma, sigma, cv::BORDER_REFLECT);
    } else {
      to.setTo(cv::mean(from));
    }
  }
  of_fill.probability = probabilities(of_fill.values, 1)[0];
  return of_fill;
}

DeletionInsertion DeletionTest::run(const cv::Mat& map, Fill fill) {
  if (map.type() != CV_32FC1 || map.empty()) throw InputError("A map must be of 32-bit floats.");
  const Filled& out = filled(fill);
  const Order order(map_on_input(map, geometry_));
  const int steps = options_.steps, between = steps - 1;
  const std::size_t length = input_.size();
  std::vector<float> inputs(2 * length * between);
  for (int step = 1; step < steps; ++step) {
    const int taken =
        static_cast<int>(static_cast<std::int64_t>(order.pixels.size()) * step / steps);
    float* deleted = inputs.data() + length * (step - 1);
    exchange(input_.data(), out.values.data(), order, taken, deleted);
    exchange(out.values.data(), input_.data(), order, taken, deleted + length * between);
  }
  const auto p = probabilities(inputs, 2 * between);
  // The trapezoidal rule.
  const double ends = (probability_ + out.probability) / 2;
  const auto area = [&](int from) {
    return (ends + std::accumulate(p.begin() + from, p.begin() + from + between, 0.0)) / steps;
  };
  return {area(0), area(between)};
}

}  // namespace differentia

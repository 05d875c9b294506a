#include "explain/regions/window_probe.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "explain/attribution.h"
#include "explain/forward_session.h"
#include "explain/preprocess.h"

namespace differentia {

namespace {

constexpr int kBatch = 16;

Photo cut(const Photo& photo, const Box& window) {
  const double scale_x = static_cast<double>(photo.bgr.cols) / photo.full_size.width;
  const double scale_y = static_cast<double>(photo.bgr.rows) / photo.full_size.height;
  const auto span = [](double first, double length, double scale, int limit) {
    const int low = std::clamp(static_cast<int>(std::lround(first * scale)), 0, limit - 1);
    const int high =
        std::clamp(static_cast<int>(std::lround((first + length) * scale)), low + 1, limit);
    return cv::Range(low, high);
  };
  Photo piece;
  piece.bgr = photo.bgr(span(window.y, window.height, scale_y, photo.bgr.rows),
                        span(window.x, window.width, scale_x, photo.bgr.cols));
  piece.full_size = {piece.bgr.cols, piece.bgr.rows};
  return piece;
}

void centre(gsl::span<float> row) {
  const double mean =
      std::accumulate(row.begin(), row.end(), 0.0) / static_cast<double>(row.size());
  for (float& value : row) value = static_cast<float>(value - mean);
}

// How much a pixel at `share` of the window's side counts: less at the rim, where the network's
// padding speaks.
double rim_weight(double share) {
  return std::clamp(4 * std::min(share, 1 - share), 0.05, 1.0);
}

// The value of a layer's grid at a coordinate of the input, between centres; beyond the outermost
// that one's.
struct Place {
  int low = 0, high = 0;
  double share = 0;
};

Place place_on(double input, double first, double stride, int count) {
  const double at = std::clamp((input - first) / stride, 0.0, count - 1.0);
  const int low = static_cast<int>(at);
  return {low, std::min(low + 1, count - 1), at - low};
}

// The mean of what windows attribute to a pixel, as shares of their scores, weighted by these: a
// weak organism beside a strong one shows, and windows of nothing do not.
struct Accumulator {
  cv::Mat sum, weight;

  explicit Accumulator(Size size)
      : sum(size.height, size.width, CV_64FC1, cv::Scalar(0)),
        weight(size.height, size.width, CV_64FC1, cv::Scalar(0)) {}

  void add(const Attribution& attribution, const GridGeometry& grid, const InputGeometry& geometry,
           const Box& window, Size photo, double score) {
    const double step_x = static_cast<double>(photo.width) / sum.cols;
    const double step_y = static_cast<double>(photo.height) / sum.rows;
    const double positions = static_cast<double>(grid.height) * grid.width;
    std::vector<Place> columns;
    std::vector<double> column_weight;
    const int left = std::max(0, static_cast<int>(std::ceil(window.x / step_x - 0.5)));
    for (int x = left; x < sum.cols && (x + 0.5) * step_x < window.x + window.width; ++x) {
      const double share = ((x + 0.5) * step_x - window.x) / window.width;
      columns.push_back(
          place_on(geometry.scale_x * share * geometry.photo.width + geometry.offset_x,
                   grid.first_x, grid.stride_x, grid.width));
      column_weight.push_back(rim_weight(share));
    }
    const int top = std::max(0, static_cast<int>(std::ceil(window.y / step_y - 0.5)));
    for (int y = top; y < sum.rows && (y + 0.5) * step_y < window.y + window.height; ++y) {
      const double share = ((y + 0.5) * step_y - window.y) / window.height;
      const Place row =
          place_on(geometry.scale_y * share * geometry.photo.height + geometry.offset_y,
                   grid.first_y, grid.stride_y, grid.height);
      const auto value = [&](int r, int c) {
        return static_cast<double>(
            attribution.values[static_cast<std::size_t>(r) * grid.width + c]);
      };
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const Place& column = columns[i];
        const double upper = value(row.low, column.low) * (1 - column.share) +
                             value(row.low, column.high) * column.share;
        const double lower = value(row.high, column.low) * (1 - column.share) +
                             value(row.high, column.high) * column.share;
        const double counts = std::min(rim_weight(share), column_weight[i]);
        const int x = left + static_cast<int>(i);
        sum.at<double>(y, x) += counts * positions * (upper * (1 - row.share) + lower * row.share);
        weight.at<double>(y, x) += counts * score;
      }
    }
  }

  cv::Mat mean() const {
    cv::Mat result(sum.size(), CV_32FC1);
    for (int y = 0; y < sum.rows; ++y)
      for (int x = 0; x < sum.cols; ++x)
        result.at<float>(y, x) =
            static_cast<float>(sum.at<double>(y, x) / std::max(1e-9, weight.at<double>(y, x)));
    return result;
  }
};

}  // namespace

WindowAnswer answer_of(gsl::span<const float> scores) {
  const auto highest = std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const float score : scores) sum += std::exp(static_cast<double>(score) - *highest);
  return {static_cast<int>(highest - scores.begin()), *highest, 1 / sum};
}

struct WindowProbe::Impl {
  std::shared_ptr<const Model> model;
  std::string layer;
  std::unique_ptr<ForwardSession> outputs_only, with_layer;
  std::unique_ptr<TailAttribution> attribution;
  std::vector<float> input;
  std::vector<InputGeometry> geometry;  // of the views in `input`

  void fill(gsl::span<const View> views) {
    const InputSpec& spec = model->card().input;
    const std::size_t length = static_cast<std::size_t>(3) *
                               static_cast<std::size_t>(spec.size.width) *
                               static_cast<std::size_t>(spec.size.height);
    input.resize(length * views.size());
    geometry.clear();
    for (std::size_t i = 0; i < views.size(); ++i)
      geometry.push_back(preprocess(cut(*views[i].photo, views[i].window), spec,
                                    gsl::span<float>(input).subspan(i * length, length)));
  }

  // All outputs' targets: the first answer's output less the mean of all.
  Target score_target(int output) const {
    Target target;
    const int outputs = model->outputs();
    for (int i = 0; i < outputs; ++i)
      target.weights.emplace_back(i, (i == output ? 1.0 : 0.0) - 1.0 / outputs);
    return target;
  }
};

WindowProbe::WindowProbe(std::shared_ptr<const Model> model, const std::string& layer)
    : impl_(std::make_unique<Impl>()) {
  if (model->outputs() < 2 || model->card().head == Head::kRegression)
    throw InputError("Finding organisms needs a classifier of at least two taxa: the model " +
                     model->path() + " is none.");
  impl_->layer = layer.empty() ? model->card().deep_layer : layer;
  require_attributable(*model, impl_->layer);
  AttributionOptions fast;
  fast.first_steps = fast.most_steps = 8;  // maps are averaged over many windows
  impl_->attribution = std::make_unique<TailAttribution>(model, impl_->layer, fast);
  impl_->outputs_only = std::make_unique<ForwardSession>(model, ForwardOptions{{}, true, kBatch});
  impl_->with_layer =
      std::make_unique<ForwardSession>(model, ForwardOptions{{impl_->layer}, true, kBatch});
  impl_->model = std::move(model);
}

WindowProbe::~WindowProbe() = default;

Matrix WindowProbe::scores(gsl::span<const View> views) {
  Matrix result(views.size(), static_cast<std::size_t>(impl_->model->outputs()));
  for (std::size_t first = 0; first < views.size(); first += kBatch) {
    const auto some = views.subspan(first, std::min<std::size_t>(kBatch, views.size() - first));
    impl_->fill(some);
    const ForwardResult answers =
        impl_->outputs_only->run(impl_->input, static_cast<int>(some.size()));
    std::copy_n(answers.outputs.values.begin(), some.size() * result.columns,
                result.values.begin() + static_cast<std::ptrdiff_t>(first * result.columns));
  }
  for (std::size_t i = 0; i < result.rows; ++i) centre(result.row(i));
  return result;
}

cv::Mat WindowProbe::evidence(const Photo& photo, gsl::span<const Box> windows, Size size) {
  const GridGeometry& grid = impl_->model->layer(impl_->layer).grid;
  Accumulator map(size);
  for (std::size_t first = 0; first < windows.size(); first += kBatch) {
    const auto some = windows.subspan(first, std::min<std::size_t>(kBatch, windows.size() - first));
    std::vector<View> views;
    for (const Box& window : some) views.push_back({&photo, window});
    impl_->fill(views);
    const ForwardResult answers =
        impl_->with_layer->run(impl_->input, static_cast<int>(some.size()));
    std::vector<std::vector<Target>> targets;
    std::vector<double> best;
    for (std::size_t i = 0; i < some.size(); ++i) {
      const auto outputs = answers.outputs.row(i);
      std::vector<float> scores(outputs.begin(), outputs.end());
      centre(scores);
      const WindowAnswer answer = answer_of(scores);
      targets.push_back({impl_->score_target(answer.output)});
      best.push_back(answer.score);
    }
    const auto attributions =
        impl_->attribution->run(answers.grids.front(), targets, &answers.outputs);
    for (std::size_t i = 0; i < some.size(); ++i)
      map.add(attributions[i].front(), grid, impl_->geometry[i], some[i], photo.full_size, best[i]);
  }
  return map.mean();
}

}  // namespace differentia

// What looks at the photo through covered places: RISE and occlusion.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <thread>

#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "base/random.h"
#include "explain/forward_session.h"
#include "explain/preprocess.h"
#include "explain/saliency/forward_pool_torch.h"
#include "explain/saliency/rise_masks.h"
#include "explain/saliency/session.h"
#include "tests/catch.h"
#include "tests/explain/saliency/linear_model.h"
#include "tests/explain/test_models.h"

namespace differentia {
namespace {

using Catch::Matchers::Contains;

Photo noise(int width, int height) {
  Photo photo;
  photo.full_size = {width, height};
  photo.bgr = cv::Mat(height, width, CV_8UC3);
  cv::RNG random(7);
  random.fill(photo.bgr, cv::RNG::UNIFORM, 0, 256);
  return photo;
}

std::vector<float> input_of(const Model& model, const Photo& photo) {
  const InputSpec& spec = model.card().input;
  std::vector<float> input(static_cast<std::size_t>(3) * spec.size.width * spec.size.height);
  preprocess(photo, spec, input);
  return input;
}

SaliencyOptions way(const std::string& method,
                    const std::map<std::string, std::string>& options = {}) {
  SaliencyOptions result;
  result.method = method;
  result.options = options;
  return result;
}

bool same_bits(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && std::memcmp(a.data, b.data, a.total() * a.elemSize()) == 0;
}

double correlation(const cv::Mat& a, const cv::Mat& b) {
  const cv::Mat x = a - cv::mean(a), y = b - cv::mean(b);
  return x.dot(y) / std::sqrt(x.dot(x) * y.dot(y));
}

// By its description: the grid enlarged by OpenCV, a part cut out.
cv::Mat plain_mask(Size size, int cells, double keep, std::uint64_t seed, std::uint32_t number) {
  Random random(seed, stream_id("RISE"), number);
  const int cell_x = (size.width + cells - 1) / cells, cell_y = (size.height + cells - 1) / cells;
  const int left = static_cast<int>(random.below(static_cast<std::uint32_t>(cell_x)));
  const int top = static_cast<int>(random.below(static_cast<std::uint32_t>(cell_y)));
  cv::Mat grid(cells, cells, CV_32FC1), enlarged;
  for (int i = 0; i < cells * cells; ++i)
    grid.at<float>(i / cells, i % cells) = random.chance(keep) ? 1.0f : 0.0f;
  cv::resize(grid, enlarged, {(cells + 1) * cell_x, (cells + 1) * cell_y}, 0, 0, cv::INTER_LINEAR);
  return enlarged(cv::Rect(left, top, size.width, size.height));
}

TEST_CASE("masks are enlarged random grids, shifted") {
  const Size size{40, 30};
  const RiseMasks masks(size, 7, 0.3, 5);
  cv::Mat mask(size.height, size.width, CV_32FC1);
  double sum = 0;
  for (int number = 0; number < 400; ++number) {
    masks.write(number, {mask.ptr<float>(), 1200});
    const cv::Mat plain = plain_mask(size, 7, 0.3, 5, static_cast<std::uint32_t>(number));
    if (cv::norm(mask - plain, cv::NORM_INF) > 1e-6) FAIL_CHECK("mask " << number);
    sum += cv::mean(mask)[0];
  }
  CHECK(sum / 400 == Approx(0.3).margin(0.01));
}

TEST_CASE("RISE is the mean of z over masks, weighed by what they leave of a pixel") {
  const auto model = small_model("small");
  const Photo photo = noise(32, 32);
  const std::vector<float> input = input_of(*model, photo);
  const int count = 200;
  const std::vector<Target> targets{
      Target::difference(0, 2), Target::output(3), {{{4, 1.0}, {7, -2.0}}, "stem", 0.5}};
  ForwardSession session(model, {{"stem"}, true, 1});
  std::vector<cv::Mat> sums(targets.size(), cv::Mat());
  for (cv::Mat& sum : sums) sum = cv::Mat::zeros(32, 32, CV_64FC1);
  cv::Mat weights = cv::Mat::zeros(32, 32, CV_64FC1);
  std::vector<double> means(targets.size());
  for (int number = 0; number < count; ++number) {
    cv::Mat mask;
    plain_mask({32, 32}, 5, 0.4, 9, static_cast<std::uint32_t>(number)).convertTo(mask, CV_64F);
    std::vector<float> masked = input;
    for (int i = 0; i < 3 * 32 * 32; ++i)
      masked[static_cast<std::size_t>(i)] *=
          static_cast<float>(mask.at<double>(i / 32 % 32, i % 32));
    const ForwardResult result = session.run(masked, 1);
    const auto z = [&](const Target& target) {
      double value = target.offset;
      for (const auto& [index, weight] : target.weights) {
        if (target.layer.empty()) {
          value += weight * result.outputs.values[static_cast<std::size_t>(index)];
          continue;
        }
        const Grids& grids = result.grids[0];
        for (int position = 0; position < grids.height * grids.width; ++position)
          value += weight * grids.at(0, position / grids.width, position % grids.width)[index] /
                   (grids.height * grids.width);
      }
      return value;
    };
    weights += mask;
    for (std::size_t t = 0; t < targets.size(); ++t) {
      sums[t] += z(targets[t]) * mask;
      means[t] += z(targets[t]) / count;
    }
  }
  SaliencySession saliency(model);
  const auto options =
      way("rise", {{"masks", "200"}, {"cells", "5"}, {"keep", "0.4"}, {"seed", "9"}});
  const auto maps = saliency.run(photo, targets, {&options, 1})[0];
  for (std::size_t t = 0; t < targets.size(); ++t) {
    cv::Mat truth = sums[t] / weights - means[t], error;
    cv::Mat map;
    maps[t].map.convertTo(map, CV_64F);
    INFO("target " << t);
    CHECK(cv::norm(map - truth, cv::NORM_INF) <= 1e-5 * cv::norm(truth, cv::NORM_INF));
    CHECK_FALSE(maps[t].settled);
    // And the outputs of the photo as it is.
    CHECK(maps[t].forward_passes >= count);
    CHECK(maps[t].forward_passes <= count + 2);
  }
}

// For z = b + Σ_μ c_μ (c_μ: weights times input, added up over the channels) and masks M of mean p
// the map is Σ_i (z_i − mean z) M_i(λ) / Σ_i M_i(λ), whose expectation for many masks is
//   Cov(z, M(λ)) / p = Σ_μ c_μ Cov(M(μ), M(λ)) / p.
// For a given shift M(μ) = Σ_cells h(μ) g, with hats h that sum to 1 and independent g of variance
// p (1 − p); its mean p does not depend on the shift. So Cov(M(μ), M(λ)) = p (1 − p) K_y K_x, where
// K of an axis is the mean over shifts of Σ_cells h(μ) h(λ).
cv::Mat kernel_of_axis(int side, int cells) {
  const int cell = (side + cells - 1) / cells, enlarged = (cells + 1) * cell;
  cv::Mat hats(enlarged, cells, CV_64FC1, cv::Scalar(0));
  for (int pixel = 0; pixel < enlarged; ++pixel) {
    const double place = (pixel + 0.5) * cells / enlarged - 0.5;
    for (int i = 0; i < cells; ++i) {
      double hat = std::max(0.0, 1 - std::abs(place - i));
      if ((i == 0 && place < 0) || (i == cells - 1 && place > cells - 1)) hat = 1;  // the borders
      hats.at<double>(pixel, i) = hat;
    }
  }
  cv::Mat kernel = cv::Mat::zeros(side, side, CV_64FC1);
  for (int shift = 0; shift < cell; ++shift) {
    const cv::Mat seen = hats.rowRange(shift, shift + side);
    kernel += seen * seen.t() / cell;
  }
  return kernel;
}

TEST_CASE("RISE of a linear model lies within four standard errors of its expectation") {
  const Size size{20, 14};
  const LinearModel linear = linear_model(size);
  const Photo photo = noise(size.width, size.height);
  const std::vector<float> input = input_of(*linear.model, photo);
  const int pixels = size.width * size.height, count = 6000, cells = 4;
  const double keep = 0.5;

  cv::Mat c = cv::Mat::zeros(size.height, size.width, CV_64FC1);
  for (int i = 0; i < 3 * pixels; ++i)
    c.at<double>(i % pixels / size.width, i % size.width) +=
        linear.weights[0][static_cast<std::size_t>(i)] * input[static_cast<std::size_t>(i)];
  const cv::Mat expected =
      (1 - keep) * kernel_of_axis(size.height, cells) * c * kernel_of_axis(size.width, cells);

  SaliencySession session(linear.model);
  const cv::Mat map =
      session
          .run(photo, Target::output(0),
               way("rise", {{"masks", std::to_string(count)}, {"cells", "4"}, {"settled", "1"}}))
          .map;

  // The standard error by the map's first-order dependence on one mask's z and M:
  //   ((z − A) M) / p − (z − mean z), A = Σ z M / Σ M.
  const RiseMasks masks(size, cells, keep, 0);
  std::vector<cv::Mat> all;
  std::vector<double> z;
  double mean = 0;
  cv::Mat sum = cv::Mat::zeros(c.size(), CV_64FC1), weighed = sum.clone();
  for (int number = 0; number < count; ++number) {
    cv::Mat mask(size.height, size.width, CV_32FC1);
    masks.write(number, {mask.ptr<float>(), static_cast<std::size_t>(pixels)});
    mask.convertTo(mask, CV_64F);
    z.push_back(linear.bias[0] + mask.dot(c));
    mean += z.back() / count;
    sum += mask;
    weighed += z.back() * mask;
    all.push_back(mask);
  }
  const cv::Mat a = weighed / sum;
  cv::Mat squares = cv::Mat::zeros(c.size(), CV_64FC1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const cv::Mat influence = (z[i] - a).mul(all[i]) / keep - (z[i] - mean);
    squares += influence.mul(influence);
  }
  double worst = 0, above = 0;
  for (int p = 0; p < pixels; ++p) {
    const int y = p / size.width, x = p % size.width;
    const double error = std::sqrt(squares.at<double>(y, x)) / count;
    worst = std::max(worst, std::abs(map.at<float>(y, x) - expected.at<double>(y, x)) / error);
    above += std::abs(expected.at<double>(y, x)) > 10 * error;
  }
  CHECK(worst < 4);
  CHECK(above > pixels / 4);  // the bound says something
}

TEST_CASE("RISE and occlusion have the same bits for any batch and workers") {
  const auto model = small_model("small");
  const Photo photo = noise(32, 32);
  const Target target = Target::output(1);
  for (const SaliencyOptions& options :
       {way("rise", {{"masks", "100"}}), way("occlusion", {{"window", "60"}, {"stride", "30"}})}) {
    INFO(options.method);
    const cv::Mat map = SaliencySession(model, 16, 1).run(photo, target, options).map;
    for (const int batch : {1, 3, 16}) {
      for (const int workers : {1, 2}) {
        INFO("batch " << batch << ", workers " << workers);
        CHECK(
            same_bits(SaliencySession(model, batch, workers).run(photo, target, options).map, map));
      }
    }
  }
  // Another seed is another map.
  const cv::Mat one = SaliencySession(model).run(photo, target, way("rise", {{"masks", "9"}})).map;
  CHECK_FALSE(same_bits(
      SaliencySession(model).run(photo, target, way("rise", {{"masks", "9"}, {"seed", "1"}})).map,
      one));
}

TEST_CASE("RISE and occlusion of A against B are those of B against A, negative") {
  const auto model = small_model("small");
  const Photo photo = noise(50, 32);
  const std::vector<Target> targets{Target::difference(0, 1), Target::difference(1, 0)};
  SaliencySession session(model);
  for (const SaliencyOptions& options : {way("rise", {{"masks", "300"}}), way("occlusion")}) {
    const auto maps = session.run(photo, targets, {&options, 1})[0];
    const cv::Mat apart = session.run(photo, targets[1], options).map;
    const double largest = cv::norm(maps[0].map, cv::NORM_INF);
    REQUIRE(largest > 0);
    CHECK(cv::norm(maps[0].map + maps[1].map, cv::NORM_INF) <= 1e-6 * largest);
    CHECK(cv::norm(maps[0].map + apart, cv::NORM_INF) <= 1e-6 * largest);
  }
}

TEST_CASE("RISE ends when its map has settled") {
  const LinearModel linear = linear_model({28, 28});
  Photo photo = noise(28, 28);
  SaliencySession session(linear.model);
  const auto run = [&](const std::string& settled) {
    return session.run(photo, Target::output(0),
                       way("rise", {{"masks", "20000"}, {"settled", settled}}));
  };
  const Saliency whole = run("1");
  CHECK_FALSE(whole.settled);
  CHECK(whole.forward_passes >= 20000);
  const Saliency early = run("0.98");
  CHECK(early.settled);
  CHECK(early.forward_passes < 16000);
  CHECK(early.forward_passes % 256 <= 2);  // looked at every 256; and the photo as it is
  CHECK(correlation(early.map, whole.map) > 0.97);
  const Saliency soon = run("0.7");
  CHECK(soon.settled);
  CHECK(soon.forward_passes < early.forward_passes);
  CHECK(correlation(soon.map, whole.map) > 0.7);
  CHECK(correlation(soon.map, whole.map) < correlation(early.map, whole.map));

  // All targets must have settled: noise alone never does.
  const auto options = way("rise", {{"masks", "2560"}, {"settled", "0.7"}});
  const std::vector<Target> with_nothing{Target::output(0), {{{0, 0.0}}}};
  CHECK_FALSE(session.run(photo, with_nothing, {&options, 1})[0][0].settled);
}

TEST_CASE("occlusion of a linear model is the mean of what the windows over a pixel take away") {
  const Size size{48, 32};
  const LinearModel linear = linear_model(size);
  const Photo photo = noise(size.width, size.height);
  const std::vector<float> input = input_of(*linear.model, photo);
  SaliencySession session(linear.model);
  // Of the shorter side's 32 pixels: windows of 56/224 · 32 = 8 every 28/224 · 32 = 4, which fit.
  const Saliency saliency = session.run(photo, Target::difference(0, 1),
                                        way("occlusion", {{"window", "56"}, {"stride", "28"}}));
  CHECK(saliency.warnings.empty());
  cv::Mat sum = cv::Mat::zeros(size.height, size.width, CV_64FC1), windows = sum.clone();
  for (int top = 0; top <= 24; top += 4) {
    for (int left = 0; left <= 40; left += 4) {
      double taken = 0;
      for (int channel = 0; channel < 3; ++channel) {
        for (int y = top; y < top + 8; ++y) {
          for (int x = left; x < left + 8; ++x) {
            const auto i = static_cast<std::size_t>((channel * size.height + y) * size.width + x);
            taken += (linear.weights[0][i] - linear.weights[1][i]) * input[i];
          }
        }
      }
      sum(cv::Rect(left, top, 8, 8)) += taken;
      windows(cv::Rect(left, top, 8, 8)) += 1;
    }
  }
  const cv::Mat truth = sum / windows;
  cv::Mat map;
  saliency.map.convertTo(map, CV_64F);
  CHECK(cv::norm(map - truth, cv::NORM_INF) <= 1e-5 * cv::norm(truth, cv::NORM_INF));
  CHECK(saliency.forward_passes == 7 * 11 + 2);  // the photo as it is, for itself and the outputs
}

TEST_CASE("windows that do not fit are said, gaps between them refused") {
  const LinearModel linear = linear_model({32, 32});
  const Photo photo = noise(32, 32);
  SaliencySession session(linear.model);
  const auto occlusion = [&](const std::string& window, const std::string& stride) {
    return session.run(photo, Target::output(0),
                       way("occlusion", {{"window", window}, {"stride", stride}}));
  };
  CHECK(occlusion("15", "8").warnings.empty());  // 2 pixels every 1
  const Saliency odd = occlusion("112", "77");   // 16 every 11: 0, 8, 16
  REQUIRE_FALSE(odd.warnings.empty());
  CHECK_THAT(odd.warnings[0], Contains("do not fit") && Contains("8.0 pixels apart"));
  CHECK(odd.forward_passes == 9 + 2);
  CHECK_THROWS_WITH(occlusion("15", "16"), Contains("never covered"));
}

TEST_CASE("RISE and occlusion report what is done and can be interrupted") {
  const auto model = small_model("small");
  const Photo photo = noise(32, 32);
  for (const int workers : {1, 2}) {
    SaliencySession session(model, 4, workers);
    for (const SaliencyOptions& options :
         {way("rise", {{"masks", "50"}}), way("occlusion", {{"window", "80"}, {"stride", "40"}})}) {
      std::vector<Progress> told;
      session.run(photo, Target::output(0), options, {}, [&](const Progress& progress) {
        told.push_back(progress);
        return true;
      });
      REQUIRE(told.size() > 3);
      CHECK(told.front().done == 0);
      CHECK(told.back().done == told.back().total);
      int calls = 0;
      CHECK_THROWS_AS(session.run(photo, Target::output(0), options, {},
                                  [&](const Progress&) { return ++calls < 3; }),
                      Interrupted);
      CHECK(calls == 3);
    }
  }
}

TEST_CASE("batches are taken in order, made only a little ahead") {
  for (const int workers : {1, 2, 5}) {
    std::atomic<std::int64_t> made{0};
    std::int64_t taken = 0, furthest = 0;
    bool in_order = true;
    const auto work = [&]() -> BatchWork {
      return [&](std::int64_t first, std::int64_t count) {
        made += 1;
        if (first % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(100));
        return std::vector<double>(static_cast<std::size_t>(count), static_cast<double>(first));
      };
    };
    forward_in_order(
        100, 3, workers, work,
        [&](std::int64_t first, std::int64_t count, const std::vector<double>& values) {
          in_order = in_order && first == 3 * taken && values[0] == first &&
                     count == (first == 99 ? 1 : 3);
          taken += 1;
          furthest = std::max<std::int64_t>(furthest, made - taken);
          return true;
        });
    CHECK(in_order);
    CHECK(taken == 34);
    CHECK(made == 34);
    CHECK(furthest <= 2 * workers);

    // What a worker throws arrives; what is enough ends.
    CHECK_THROWS_WITH(
        forward_in_order(
            100, 1, workers,
            [&]() -> BatchWork {
              return [](std::int64_t first, std::int64_t) -> std::vector<double> {
                if (first == 20) throw std::runtime_error("number 20");
                return {1.0};
              };
            },
            [](std::int64_t, std::int64_t, const std::vector<double>&) { return true; }),
        "number 20");
    made = 0;
    forward_in_order(
        1000, 1, workers, work,
        [](std::int64_t first, std::int64_t, const std::vector<double>&) { return first < 10; });
    CHECK(made <= 11 + 2 * workers);
  }
}

}  // namespace
}  // namespace differentia

#include "explain/measures/deletion_insertion.h"

#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "tests/catch.h"
#include "tests/explain/measures/patch_model.h"

namespace differentia {
namespace {

constexpr double kGain = 3;
constexpr float kNoEvidence = std::numeric_limits<float>::quiet_NaN();

const cv::Rect kPatch(4, 4, 4, 4);

// White where the network looks, else black.
Photo patch_photo() {
  Photo photo;
  photo.full_size = {16, 16};
  photo.bgr = cv::Mat::zeros(16, 16, CV_8UC3);
  photo.bgr(kPatch) = cv::Scalar(255, 255, 255);
  return photo;
}

cv::Mat patch_map(float patch, float elsewhere, int side = 16) {
  cv::Mat map(side, side, CV_32FC1, cv::Scalar(elsewhere));
  const int scale = side / 16;
  map(cv::Rect(4 * scale, 4 * scale, 4 * scale, 4 * scale)) = patch;
  return map;
}

// Of output 0, where the patch's pixels have the mean `white`.
double probability(double white) {
  const double e = std::exp(kGain * white);
  return e / (e + 2);
}

// The area under 16 steps of 16 pixels each.
double area(const std::vector<double>& points) {
  REQUIRE(points.size() == 17);
  double sum = (points.front() + points.back()) / 2;
  for (int i = 1; i < 16; ++i) sum += points[i];
  return sum / 16;
}

DeletionOptions sixteen(int batch = 14) {
  DeletionOptions options;
  options.steps = 16;
  options.batch = batch;
  return options;
}

TEST_CASE("areas of a network that looks at one patch are those of the closed form") {
  const auto model = patch_model(kGain);
  DeletionTest test(model, patch_photo(), Target::output(0), sixteen());
  const double full = probability(1), mean = probability(1.0 / 16);

  SECTION("the patch first: gone, or there, after the first step") {
    std::vector<double> falls(17, mean), rises(17, full);
    falls[0] = full;
    rises[0] = mean;
    // The same for a finer map.
    for (const int side : {16, 64}) {
      const auto areas = test.run(patch_map(1, 0, side), Fill::kMean);
      CHECK(areas.deletion == Approx(area(falls)).epsilon(1e-5));
      CHECK(areas.insertion == Approx(area(rises)).epsilon(1e-5));
    }
  }
  SECTION("the patch last, and a patch without evidence") {
    std::vector<double> falls(17, full), rises(17, mean);
    falls[16] = mean;
    rises[16] = full;
    for (const float patch : {-1.0f, kNoEvidence}) {
      const auto areas = test.run(patch_map(patch, 0), Fill::kMean);
      CHECK(areas.deletion == Approx(area(falls)).epsilon(1e-5));
      CHECK(areas.insertion == Approx(area(rises)).epsilon(1e-5));
    }
  }
  SECTION("a map that is the same everywhere takes a part of every pixel") {
    std::vector<double> falls, rises;
    for (int i = 0; i <= 16; ++i) {
      falls.push_back(probability(1 - i / 16.0 * 15 / 16));
      rises.push_back(probability(1 - (16 - i) / 16.0 * 15 / 16));
    }
    const auto areas = test.run(patch_map(2, 2), Fill::kMean);
    CHECK(areas.deletion == Approx(area(falls)).epsilon(1e-5));
    CHECK(areas.insertion == Approx(area(rises)).epsilon(1e-5));
  }
  SECTION("blur keeps what the Gaussian keeps within the patch") {
    const double sigma = 10.0 / 224 * 16;
    double kept = 0, all = 0;
    for (int offset = -3; offset <= 3; ++offset) {
      const double weight = std::exp(-offset * offset / (2 * sigma * sigma));
      all += weight;
      kept += weight * std::max(0, 4 - std::abs(offset)) / 4;
    }
    const double blurred = probability(kept / all * kept / all);
    std::vector<double> falls(17, blurred), rises(17, full);
    falls[0] = full;
    rises[0] = blurred;
    const auto areas = test.run(patch_map(1, 0), Fill::kBlur);
    CHECK(areas.deletion == Approx(area(falls)).epsilon(1e-4));
    CHECK(areas.insertion == Approx(area(rises)).epsilon(1e-4));
  }
}

TEST_CASE("areas do not depend on the batch, and a pair's probability is its own") {
  const auto model = patch_model(kGain);
  cv::Mat map(16, 16, CV_32FC1);
  cv::RNG random(3);
  random.fill(map, cv::RNG::NORMAL, 0, 1);
  DeletionTest one(model, patch_photo(), Target::difference(0, 1), sixteen(1));
  DeletionTest many(model, patch_photo(), Target::difference(0, 1), sixteen(64));
  const auto a = one.run(map, Fill::kMean), b = many.run(map, Fill::kMean);
  CHECK(a.deletion == Approx(b.deletion).epsilon(1e-6));
  CHECK(a.insertion == Approx(b.insertion).epsilon(1e-6));

  const std::vector<float> outputs{2, 0, 0};
  const double e = std::exp(2);
  CHECK(target_probability(Target::output(0), outputs) == Approx(e / (e + 2)));
  CHECK(target_probability(Target::difference(0, 1), outputs) == Approx(e / (e + 1)));
  CHECK(target_probability(Target::difference(1, 0), outputs) == Approx(1 / (e + 1)));
  CHECK(std::isnan(target_probability({{{0, 1.0}}, "features"}, outputs)));
  CHECK_THROWS_AS(DeletionTest(model, patch_photo(), {{{0, 1.0}}, "features"}), InputError);
}

TEST_CASE("a map comes to the input as the photo did") {
  // 80×40 at half its size, the middle 32×20 of 40×20, and 4 rows of padding below and above.
  InputGeometry geometry;
  geometry.photo = {80, 40};
  geometry.input = {32, 28};
  geometry.scale_x = geometry.scale_y = 0.5;
  geometry.offset_x = -4;
  geometry.offset_y = 4;
  cv::Mat map(20, 40, CV_32FC1);
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 40; ++x) map.at<float>(y, x) = static_cast<float>(100 * y + x);
  }
  map.at<float>(10, 20) = kNoEvidence;
  const cv::Mat input = map_on_input(map, geometry);
  REQUIRE(input.size() == cv::Size(32, 28));
  for (int y = 0; y < 28; ++y) {
    for (int x = 0; x < 32; ++x) {
      const bool known = y >= 4 && y < 24 && !(y == 14 && x == 16);
      const float value = input.at<float>(y, x);
      if (known ? value == static_cast<float>(100 * (y - 4) + x + 4) : std::isnan(value)) continue;
      FAIL_CHECK("at " << x << ", " << y << ": " << value);
    }
  }
}

}  // namespace
}  // namespace differentia

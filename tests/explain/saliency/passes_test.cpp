// The passes of one photo through the network: how many there are, and how much of them is
// recorded.

#include <array>

#include <opencv2/core.hpp>

#include "base/error.h"
#include "explain/saliency/passes_torch.h"
#include "tests/catch.h"
#include "tests/explain/test_models.h"

namespace differentia {
namespace {

Photo noise() {
  Photo photo;
  photo.full_size = {32, 32};
  photo.bgr = cv::Mat(32, 32, CV_8UC3);
  cv::RNG random(7);
  random.fill(photo.bgr, cv::RNG::UNIFORM, 0, 256);
  return photo;
}

// Forward, recorded, backward.
using Counts = std::array<int, 3>;

Counts counts(const Passes& passes) {
  const PassCount made = passes.count();
  return {made.forward, made.recorded, made.backward};
}

double distance(const at::Tensor& a, const at::Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

TEST_CASE("activations and outputs alone are looked at without recording gradients") {
  const Photo photo = noise();
  Passes passes(small_model("small"), photo);
  passes.prepare({{"stem", "act"}, {}}, {});
  REQUIRE(counts(passes) == Counts{1, 0, 0});
  passes.activations("act");
  passes.activations("stem");
  passes.outputs();
  passes.value({{{0, 1.0}}, "act"});
  REQUIRE(counts(passes) == Counts{1, 0, 0});
  // A further layer is a further pass.
  passes.activations("body");
  REQUIRE(counts(passes) == Counts{2, 0, 0});
}

TEST_CASE("one recorded pass serves gradients at layers and at the pixels, and what is only seen") {
  const Photo photo = noise();
  const auto model = small_model("small");
  const std::vector<Target> targets{Target::output(1), {{{0, 1.0}}, "act#2"}};
  Passes passes(model, photo);
  passes.prepare({{"stem"}, {"act", kPixels}}, targets);
  for (const Target& target : targets) {
    passes.gradients("act", target);
    passes.gradients(kPixels, target);
    passes.value(target);
  }
  passes.activations("stem");
  passes.activations("act");
  REQUIRE(counts(passes) == Counts{1, 1, 2});
  // What is before the recorded part is seen by the part at full speed.
  Passes late(model, photo);
  late.prepare({{"stem", "act#2"}, {"act"}}, {targets.data(), 1});
  late.activations("stem");
  late.activations("act#2");
  late.gradients("act", targets[0]);
  REQUIRE(counts(late) == Counts{1, 1, 1});
}

TEST_CASE("values and gradients are the same however the passes were made") {
  const Photo photo = noise();
  ModelOptions exact;
  exact.double_precision = true;
  const auto model = small_model("small", exact);
  const Target target = Target::difference(0, 2);
  Passes together(model, photo);
  together.prepare({{"act#2"}, {"stem", "act", kPixels}}, {&target, 1});
  for (const std::string layer : {"stem", "act"}) {
    INFO(layer);
    Passes alone(model, photo);
    REQUIRE(distance(together.gradients(layer, target), alone.gradients(layer, target)) <= 1e-9);
    Passes seen(model, photo);
    REQUIRE(distance(together.activations(layer), seen.activations(layer)) <= 1e-9);
  }
  Passes pixels(model, photo);
  const auto gradient = together.gradients(kPixels, target);
  REQUIRE(gradient.sizes() == at::IntArrayRef({3, 32, 32}));
  REQUIRE(distance(gradient, pixels.gradients(kPixels, target)) <= 1e-9);
  const auto others =
      pixels.input_gradients(at::cat({pixels.input(), 0.5 * pixels.input()}), {&target, 1});
  REQUIRE(others.size() == 1);
  REQUIRE(distance(others[0][0], gradient) <= 1e-9);
  REQUIRE(distance(others[0][1], gradient) > 1e-3);
  REQUIRE(together.value(target) == Approx(pixels.value(target)).epsilon(1e-9));
  CHECK_THROWS_AS(together.prepare({{"nothing"}, {}}, {}), UnknownName);
  CHECK_THROWS_AS(together.prepare({{}, {"nothing"}}, {}), UnknownName);
}

TEST_CASE("altered photos of several targets are as many passes as there are photos") {
  const Photo photo = noise();
  Passes passes(small_model("small"), photo, 2);
  const std::vector<Target> targets{Target::output(1), Target::output(2), {{{0, 1.0}}, "act"}};
  const auto inputs = passes.input().repeat({5, 1, 1, 1});
  REQUIRE(passes.input_gradients(inputs, targets).size() == 3);
  REQUIRE(counts(passes) == Counts{5, 5, 15});
  const auto values = passes.values(inputs, targets);
  REQUIRE(values.sizes() == at::IntArrayRef({5, 3}));
  REQUIRE(counts(passes) == Counts{10, 5, 15});
}

}  // namespace
}  // namespace differentia

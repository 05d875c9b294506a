#include "explain/saliency/session.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "explain/attribution.h"
#include "explain/forward_session.h"
#include "explain/preprocess.h"
#include "tests/catch.h"
#include "tests/explain/test_models.h"

namespace differentia {
namespace {

using Catch::Matchers::Contains;

Photo picture(int width, int height) {
  Photo photo;
  photo.full_size = {width, height};
  photo.bgr = cv::Mat(height, width, CV_8UC3);
  cv::RNG random(7);
  random.fill(photo.bgr, cv::RNG::UNIFORM, 0, 256);
  return photo;
}

std::shared_ptr<const Model> cropping(const std::string& name) {
  // The middle 32×32 of a photo whose shorter side is brought to 40.
  const auto path = std::filesystem::temp_directory_path() / "differentia_saliency_test.json";
  std::ofstream(path) << R"({"input": {"width": 32, "height": 32, "fit": "crop", "resize": 40}})";
  ModelOptions options;
  options.card = path.string();
  return Model::load(small_path(name), options);
}

TEST_CASE("maps lie in the photo, with no evidence outside the crop") {
  const auto model = cropping("small");
  SaliencySession session(model);
  const Photo photo = picture(200, 80);
  for (const std::string method : {"gradient", "grad-cam"}) {
    SaliencyOptions options;
    options.method = method;
    if (method == "grad-cam") options.layers = {"act#2"};
    options.rectified = false;
    const Saliency saliency = session.run(photo, Target::output(1), options);
    REQUIRE(saliency.map.cols == 200);
    REQUIRE(saliency.map.rows == 80);
    // The crop: 64 of 80 rows from 8 on, 64 of 200 columns from 68 on.
    for (int y = 0; y < 80; ++y) {
      for (int x = 0; x < 200; ++x) {
        const bool inside = y >= 8 && y < 72 && x >= 68 && x < 132;
        if (std::isnan(saliency.map.at<float>(y, x)) != inside) continue;
        FAIL_CHECK("at " << x << ", " << y);
      }
    }
    CHECK(saliency.outputs.size() == 4);
    CHECK(saliency.target == Approx(saliency.outputs[1]));
    const Saliency half = session.run(photo, Target::output(1), options, {100, 40});
    CHECK(half.map.cols == 100);
    CHECK(std::isnan(half.map.at<float>(20, 33)));
    CHECK_FALSE(std::isnan(half.map.at<float>(20, 34)));
  }
}

TEST_CASE("a gradient map is bright where a change of the photo changes the target") {
  const auto model = cropping("small");
  SaliencySession session(model);
  Photo photo = picture(40, 40);
  SaliencyOptions options;
  options.method = "gradient";
  const Target target = Target::difference(0, 3);
  const Saliency saliency = session.run(photo, target, options);
  // One photo pixel is one input pixel; finite differences of a few of them.
  for (const auto& [x, y] : {std::pair<int, int>{20, 20}, {9, 30}, {33, 12}}) {
    double steepest = 0;
    for (int channel = 0; channel < 3; ++channel) {
      Photo changed = photo;
      changed.bgr = photo.bgr.clone();
      unsigned char& value = changed.bgr.at<cv::Vec3b>(y, x)[channel];
      const int step = value > 128 ? -2 : 2;
      value = static_cast<unsigned char>(value + step);
      const double change = session.run(changed, target, options).target - saliency.target;
      const InputSpec& spec = model->card().input;
      const int of_input = 2 - channel;
      steepest = std::max(steepest, std::abs(change / (step / 255.0) * spec.std[of_input]));
    }
    CHECK(saliency.map.at<float>(y, x) == Approx(steepest).epsilon(0.1).margin(1e-3));
  }
}

TEST_CASE("Grad-CAM at a pooled linear head is the attribution, and antisymmetric") {
  const auto model = small_model("small");
  const Photo photo = picture(32, 32);
  SaliencySession session(model);
  SaliencyOptions options;
  options.layers = {"act#2"};
  options.rectified = false;
  const Saliency a = session.run(photo, Target::difference(0, 1), options);
  const Saliency b = session.run(photo, Target::difference(1, 0), options);
  CHECK(cv::norm(a.map + b.map, cv::NORM_INF) <= 1e-6 * cv::norm(a.map, cv::NORM_INF));

  std::vector<float> input(3 * 32 * 32);
  preprocess(photo, model->card().input, input);
  const auto grids = ForwardSession(model, {{"act#2"}, false, 1}).run(input, 1).grids[0];
  const std::vector<std::vector<Target>> targets(1, {Target::difference(0, 1)});
  const auto attribution = TailAttribution(model, "act#2").run(grids, targets)[0][0];
  const LayerInfo& layer = model->layer("act#2");
  for (int row = 0; row < layer.height; ++row) {
    for (int column = 0; column < layer.width; ++column) {
      // The centre of a receptive field falls on a pixel's centre here.
      const Point centre = layer.grid.centre(row, column);
      const float value = a.map.at<float>(static_cast<int>(centre.y), static_cast<int>(centre.x));
      CHECK(value == Approx(attribution.values[row * layer.width + column]).margin(1e-5));
    }
  }
  // A layer inside a branch has Grad-CAM as well, by gradients through the whole network.
  options.layers = {"stem.0"};
  CHECK(session.run(photo, Target::output(0), options).map.cols == 32);
}

TEST_CASE("maps without evidence for the target are said, broken gradients refused") {
  const auto model = small_model("small");
  const Photo photo = picture(32, 32);
  SaliencySession session(model);
  SaliencyOptions options;
  options.layers = {"act#2"};
  CHECK(session.run(photo, Target::difference(0, 1), options).warnings.empty());

  // Weights and pixels are positive here: every position adds to output 0.
  ModelOptions model_options;
  model_options.card = test_models_folder() + "/card32.json";
  SaliencySession positive(Model::load(small_path("positive"), model_options));
  SaliencyOptions at_six = options;
  at_six.layers = {"5"};
  Photo white = picture(32, 32);
  white.bgr = cv::Scalar(255, 255, 255);
  CHECK(positive.run(white, Target::output(0), at_six).warnings.empty());
  const Saliency against = positive.run(white, {{{0, -1.0}}}, at_six);
  REQUIRE(against.warnings.size() == 1);
  CHECK_THAT(against.warnings[0], Contains("negative everywhere"));
  CHECK(cv::norm(against.map, cv::NORM_INF) == 0);
  at_six.rectified = false;
  double highest = 0;
  cv::minMaxLoc(positive.run(white, {{{0, -1.0}}}, at_six).map, nullptr, &highest);
  CHECK(highest < 0);
  CHECK_THROWS_AS(session.run(photo, Target::output(9), options), InputError);
  options.layers = {"fc"};
  CHECK_THROWS_AS(session.run(photo, Target::output(0), options), InputError);
  options.layers = {"stem"};
  const auto broken = small_model("broken");
  CHECK_THROWS_WITH(SaliencySession(broken).run(photo, Target::output(0), options),
                    Contains("not finite"));
}

TEST_CASE("a target that depends on the outputs costs no pass of its own") {
  const auto model = cropping("small");
  SaliencySession session(model);
  const Photo photo = picture(64, 64);
  std::vector<SaliencyOptions> ways(1);
  ways[0].layers = {"act#2"};
  const std::vector<float> outputs = session.outputs(photo);
  const auto winner =
      static_cast<int>(std::max_element(outputs.begin(), outputs.end()) - outputs.begin());
  int asked = 0;
  std::vector<Saliency> made;
  SaliencyReceiver receiver;
  receiver.made = [&](std::size_t way, std::vector<Saliency> maps) {
    CHECK(way == made.size());
    REQUIRE(maps.size() == 1);
    made.push_back(std::move(maps[0]));
  };
  PhotoTargets targets;
  targets.choose = [&](gsl::span<const float> known) {
    ++asked;
    CHECK(std::equal(known.begin(), known.end(), outputs.begin(), outputs.end(),
                     [](float a, float b) { return std::abs(a - b) < 1e-5f; }));
    const auto first =
        static_cast<int>(std::max_element(known.begin(), known.end()) - known.begin());
    return std::vector<Target>{Target::output(first)};
  };
  session.run(photo, targets, ways, receiver);
  CHECK(asked == 1);
  REQUIRE(made.size() == 1);
  CHECK(made[0].forward_passes == 1);
  CHECK(made[0].backward_passes == 1);
  const Saliency direct = session.run(photo, Target::output(winner), ways[0]);
  CHECK(cv::norm(made[0].map, direct.map, cv::NORM_INF) == 0);
  CHECK(made[0].target == direct.target);
  targets.choose = [](auto) { return std::vector<Target>{Target::output(99)}; };
  CHECK_THROWS_AS(session.run(photo, targets, ways, receiver), InputError);
}

TEST_CASE("a method that cannot work is refused by itself; the others go on") {
  const auto model = cropping("small");
  SaliencySession session(model);
  const Photo photo = picture(64, 64);
  std::vector<SaliencyOptions> ways(3);
  ways[0].layers = ways[2].layers = {"act#2"};
  ways[1].layers = {"act"};  // before the target's layer, then after it
  const int channels = model->layer("act").channels;
  const std::vector<float> ones(static_cast<std::size_t>(channels), 1.0f);
  const std::vector<float> zeros(ones.size(), 0.0f);
  PhotoTargets targets{{Target::direction("act", ones, zeros, ones)}};
  std::vector<std::size_t> made, refused;
  SaliencyReceiver receiver;
  receiver.made = [&](std::size_t way, auto) { made.push_back(way); };
  CHECK_THROWS_AS(session.run(photo, targets, ways, receiver), InputError);
  CHECK(made.empty());
  receiver.refused = [&](std::size_t way, const InputError& why) {
    refused.push_back(way);
    CHECK_THAT(why.what(), Contains("does not depend on act#2"));
  };
  session.run(photo, targets, ways, receiver);
  CHECK(made == std::vector<std::size_t>{1});
  CHECK(refused == std::vector<std::size_t>{0, 2});
}

TEST_CASE("a target at a layer is explained there unless another is asked for") {
  const auto model = cropping("small");
  SaliencySession session(model);
  const Photo photo = picture(64, 64);
  const int channels = model->layer("act").channels;
  std::vector<float> direction(static_cast<std::size_t>(channels), 0.0f);
  direction[1] = 1;
  const std::vector<float> zeros(direction.size(), 0.0f), ones(direction.size(), 1.0f);
  const Target target = Target::direction("act", direction, zeros, ones);
  SaliencyOptions usual, there;
  usual.rectified = there.rectified = false;
  there.layers = {"act"};
  const cv::Mat own = session.run(photo, target, there).map;
  CHECK(cv::norm(session.run(photo, target, usual).map, own, cv::NORM_INF) == 0);
  // Its zero is the centre, not no activation: what is less than usual speaks against.
  const float usual_activation = 0.25f;
  std::vector<float> centre(direction.size(), usual_activation);
  const LayerInfo& layer = model->layer("act");
  for (const std::string method : {"grad-cam", "hires-cam"}) {
    there.method = method;
    const cv::Mat from_zero = session.run(photo, target, there).map;
    const cv::Mat from_centre =
        session.run(photo, Target::direction("act", direction, centre, ones), there).map;
    const cv::Mat less =
        from_zero - usual_activation / static_cast<float>(layer.height * layer.width);
    CHECK(cv::norm(from_centre, less, cv::NORM_INF) < 1e-6);
  }
}

}  // namespace
}  // namespace differentia

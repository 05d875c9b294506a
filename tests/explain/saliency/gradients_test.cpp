// The gradient family: gradient, gradient × input, SmoothGrad, integrated gradients, guided
// backprop and deconvnet.

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "explain/preprocess.h"
#include "explain/saliency/session.h"
#include "tests/catch.h"
#include "tests/explain/saliency/reference.h"
#include "tests/explain/test_models.h"

namespace differentia {
namespace {

using Catch::Matchers::Contains;

const std::vector<std::string> kFamily{"gradient",        "gradient-input",
                                       "smoothgrad",      "integrated-gradients",
                                       "guided-backprop", "deconvnet"};

std::string golden_path(const std::string& network) {
  return reference_folder("tools/saliency_reference_gradients.py") + "/" + network;
}

std::shared_ptr<const Model> golden_model(const std::string& network, bool float64) {
  ModelOptions options;
  options.double_precision = float64;
  return Model::load(golden_path(network) + ".pt", options);
}

Photo golden_photo(const std::string& network) {
  const int side = network == "resnet18" ? 64 : 32;
  return photo_of(golden_tensor(golden_path(network) + ".golden", "photo"), {side, side});
}

Photo plain(unsigned char red, unsigned char green, unsigned char blue) {
  Photo photo;
  photo.full_size = {32, 32};
  photo.bgr = cv::Mat(32, 32, CV_8UC3, cv::Scalar(blue, green, red));
  return photo;
}

// "METHOD OPTION=VALUE …"
SaliencyOptions way(const std::string& text) {
  std::istringstream words(text);
  SaliencyOptions options;
  words >> options.method;
  std::string word;
  while (words >> word) {
    const std::size_t equals = word.find('=');
    options.options[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return options;
}

Saliency ask(const std::string& network, const std::string& text, const Photo& photo,
             const Target& target = Target::output(1), int batch = 16, bool float64 = true) {
  return SaliencySession(golden_model(network, float64), batch).run(photo, target, way(text));
}

void compare_with_python(const std::string& network) {
  const std::string path = golden_path(network) + ".golden";
  const Photo photo = golden_photo(network);
  const auto model = golden_model(network, true);

  // The network sees the same numbers here and there.
  std::vector<float> input(static_cast<std::size_t>(3) * photo.bgr.rows * photo.bgr.cols);
  preprocess(photo, model->card().input, input);
  const auto seen = golden_tensor(path, "input");
  REQUIRE(std::equal(input.begin(), input.end(), seen.begin(), seen.end()));

  SaliencySession session(model, 3);
  std::set<std::string> methods;
  const auto index = nlohmann::json::parse(std::ifstream(path + ".json"));
  for (const auto& entry : index.items()) {
    const std::string& key = entry.key();
    const std::string where = key.substr(0, key.find(' '));
    if (where == "photo" || where == "input" || where == "difference" || where == "error") continue;
    const SaliencyOptions options = way(key.substr(where.size() + 1));
    methods.insert(options.method);
    Target target{{{1, 1.0}, {2, -0.5}}};
    if (where != "outputs") target.layer = where;
    INFO(network << ": " << key);
    if (network == "smooth" || network == "linear") {
      if (options.method == "guided-backprop" || options.method == "deconvnet") continue;
    }
    const Saliency saliency = session.run(photo, target, options);
    const auto truth = golden_tensor(path, key);
    if (std::all_of(truth.begin(), truth.end(), [](double value) { return value == 0; })) {
      CHECK(cv::norm(saliency.map, cv::NORM_INF) == 0);
    } else {
      CHECK(relative_error(saliency.map, truth) <= 1e-5);
    }
    if (options.method == "integrated-gradients") {
      const double difference = golden_tensor(path, "difference " + key)[0];
      const double error = golden_tensor(path, "error " + key)[0];
      CHECK(saliency.difference == Approx(difference).epsilon(1e-9));
      CHECK(saliency.completeness_error ==
            Approx(error).epsilon(1e-7).margin(1e-9 * std::abs(difference)));
    } else {
      CHECK(std::isnan(saliency.completeness_error));
      CHECK(std::isnan(saliency.difference));
    }
  }
  CHECK(methods == std::set<std::string>(kFamily.begin(), kFamily.end()));
}

TEST_CASE("gradient maps of the small network equal Python's, at a layer as well") {
  compare_with_python("small");
}
TEST_CASE("gradient maps through every form of ReLU equal Python's") {
  compare_with_python("capped");
}
TEST_CASE("gradient maps of a network with ReLUs and others equal Python's") {
  compare_with_python("mixed");
}
TEST_CASE("gradient maps without ReLUs equal Python's") {
  compare_with_python("smooth");
  compare_with_python("linear");
}
TEST_CASE("gradient maps of ResNet-18 equal Python's") {
  compare_with_python("resnet18");
}

TEST_CASE("on a linear network the gradient family has closed forms") {
  const Photo photo = golden_photo("linear");
  const auto gradient = ask("linear", "gradient reduce=signed", photo);
  CHECK(relative_error(ask("linear", "smoothgrad reduce=signed", photo).map, gradient.map) <= 1e-6);
  const auto variance = ask("linear", "smoothgrad kind=variance", photo);
  CHECK(cv::norm(variance.map, cv::NORM_INF) == 0);
  CHECK(variance.warnings ==
        std::vector<std::string>{
            "the map is zero everywhere: the gradient is the same for every noisy copy"});
  // Any number of steps will do, and zero is the baseline of the mean colour.
  const auto product = ask("linear", "gradient-input", photo);
  for (const std::string steps : {"1", "2", "7"}) {
    for (const std::string rule : {"midpoint", "gauss-legendre"}) {
      const auto integrated = ask(
          "linear", "integrated-gradients baseline=mean steps=" + steps + " rule=" + rule, photo);
      CHECK(relative_error(integrated.map, product.map) <= 1e-6);
      CHECK(std::abs(integrated.completeness_error) <= 1e-9);
      CHECK(integrated.warnings.empty());
    }
  }
}

TEST_CASE("integrated gradients: the baselines are pictures") {
  // The card's mean is the colour 128, 96, 112.
  const std::vector<std::pair<std::string, Photo>> baselines{{"black", plain(0, 0, 0)},
                                                             {"mean", plain(128, 96, 112)}};
  for (const auto& [name, baseline] : baselines) {
    INFO(name);
    const std::string text = "integrated-gradients baseline=" + name;
    const Photo photo = golden_photo("smooth");
    const double before = ask("smooth", "gradient", baseline).target;
    const Saliency whole = ask("smooth", text, photo);
    CHECK(whole.difference == Approx(whole.target - before));
    CHECK(whole.difference != Approx(0).margin(0.1));
    // One pixel differs: all of the difference is its own (up to the rounding of the mean).
    Photo spot = baseline;
    spot.bgr = baseline.bgr.clone();
    spot.bgr.at<cv::Vec3b>(9, 20) = {250, 180, 30};
    const Saliency one = ask("smooth", text, spot);
    const float change = one.map.at<float>(9, 20);
    CHECK(change == Approx(one.target - before).epsilon(1e-3));
    CHECK(cv::norm(one.map, cv::NORM_L1) == Approx(std::abs(change)).epsilon(1e-3));
    // The baseline itself says nothing.
    CHECK(cv::norm(ask("smooth", text, baseline).map, cv::NORM_INF) <= 1e-6 * std::abs(change));
  }
  // A plain picture stays as it is when blurred; a chequered one turns grey, far from its edges.
  const std::string blur = "integrated-gradients baseline=blur";
  CHECK(std::abs(ask("smooth", blur, plain(200, 30, 90)).difference) <= 1e-9);
  Photo chequered = plain(0, 0, 0);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      if ((x + y) % 2 == 0) chequered.bgr.at<cv::Vec3b>(y, x) = {200, 200, 200};
    }
  }
  const Saliency saliency = ask("smooth", blur, chequered);
  const double grey = ask("smooth", "gradient", plain(100, 100, 100)).target;
  CHECK(saliency.difference == Approx(saliency.target - grey).epsilon(0.02));
}

TEST_CASE("integrated gradients are complete within 1 % on a smooth network") {
  const Photo photo = golden_photo("smooth");
  for (const bool float64 : {true, false}) {
    for (const std::string baseline : {"black", "mean", "blur"}) {
      for (const std::string rule : {"midpoint", "gauss-legendre"}) {
        INFO(baseline << " " << rule << " " << float64);
        const Saliency saliency =
            ask("smooth", "integrated-gradients baseline=" + baseline + " rule=" + rule, photo,
                Target::difference(1, 2), 16, float64);
        CHECK(std::abs(saliency.completeness_error) <= 0.01 * std::abs(saliency.difference));
        CHECK(saliency.warnings.empty());
        CHECK(cv::sum(saliency.map)[0] ==
              Approx(saliency.difference + saliency.completeness_error).epsilon(1e-4));
      }
    }
  }
}

TEST_CASE("integrated gradients say when their sum is off") {
  const Photo photo = golden_photo("capped");
  const Saliency few = ask("capped", "integrated-gradients baseline=black steps=1", photo);
  CHECK(std::abs(few.completeness_error) > 0.05 * std::abs(few.difference));
  REQUIRE(few.warnings.size() == 1);
  CHECK_THAT(few.warnings[0], Contains("more steps"));
  const Saliency many = ask("capped", "integrated-gradients baseline=black steps=400", photo);
  CHECK(std::abs(many.completeness_error) < 0.05 * std::abs(many.difference));
  CHECK(many.warnings.empty());
}

TEST_CASE("gradient maps do not depend on the batch size") {
  for (const std::string& method : kFamily) {
    for (const std::string network : {"capped", "smooth"}) {
      const bool guided = method == "guided-backprop" || method == "deconvnet";
      if (guided && network == "smooth") continue;
      // Single precision where no ReLU can flip.
      const bool float64 = network == "capped";
      const Photo photo = golden_photo(network);
      const Target target = Target::difference(0, 2);
      const auto one = ask(network, method, photo, target, 1, float64);
      for (const int batch : {3, 16}) {
        INFO(method << " " << network << " " << batch);
        CHECK(relative_error(ask(network, method, photo, target, batch, float64).map, one.map) <=
              1e-6);
      }
    }
  }
}

TEST_CASE("signed gradient maps are antisymmetric") {
  for (const std::string text : {"gradient reduce=signed", "gradient-input", "integrated-gradients",
                                 "smoothgrad reduce=signed"}) {
    for (const std::string network : {"capped", "smooth"}) {
      INFO(text << " " << network);
      const Photo photo = golden_photo(network);
      const auto ab = ask(network, text, photo, Target::difference(0, 3), 16, false);
      const auto ba = ask(network, text, photo, Target::difference(3, 0), 16, false);
      double low = 0, high = 0;
      cv::minMaxLoc(ab.map, &low, &high);
      CHECK((low < 0 && high > 0));
      CHECK(relative_error(-ba.map, ab.map) <= 1e-6);
    }
  }
}

TEST_CASE("several targets of one call are as if asked one by one") {
  const auto model = golden_model("capped", false);
  const Photo photo = golden_photo("capped");
  SaliencySession session(model, 4);
  Target at_layer;  // one that is read elsewhere
  for (const LayerInfo& layer : model->layers()) {
    if (layer.candidate && layer.height > 0) at_layer = {{{0, 1.0}, {1, -1.0}}, layer.path};
  }
  REQUIRE_FALSE(at_layer.layer.empty());
  const std::vector<Target> targets{Target::output(0), at_layer, Target::difference(1, 3)};
  std::vector<SaliencyOptions> ways;
  for (const std::string& method : kFamily) ways.push_back(way(method));
  const auto all = session.run(photo, targets, ways);
  for (std::size_t w = 0; w < ways.size(); ++w) {
    for (std::size_t t = 0; t < targets.size(); ++t) {
      INFO(ways[w].method << " target " << t);
      const Saliency alone = session.run(photo, targets[t], ways[w]);
      CHECK(cv::norm(all[w][t].map, alone.map, cv::NORM_INF) == 0);
    }
  }
}

TEST_CASE("SmoothGrad: the seed tells the noise, no noise is the gradient") {
  const Photo photo = golden_photo("capped");
  const auto text = [](const std::string& more) {
    return "smoothgrad samples=3 reduce=signed" + more;
  };
  const auto gradient = ask("capped", "gradient reduce=signed", photo);
  CHECK(relative_error(ask("capped", text(" sigma=0"), photo).map, gradient.map) <= 1e-6);
  const auto zero = ask("capped", text(""), photo);
  CHECK(relative_error(ask("capped", text(" seed=0"), photo).map, zero.map) == 0);
  CHECK(relative_error(ask("capped", text(" seed=1"), photo).map, zero.map) > 0.01);
  CHECK(relative_error(zero.map, gradient.map) > 0.01);
}

TEST_CASE("the targets of a call share the forward passes; each has its backward passes") {
  const auto model = golden_model("capped", false);
  const Photo photo = golden_photo("capped");
  SaliencySession session(model, 4);
  const std::vector<Target> three{Target::output(1), Target::difference(0, 3), Target::output(2)};
  const auto passes = [&](const std::string& text, gsl::span<const Target> targets) {
    const SaliencyOptions options = way(text);
    const Saliency saliency = session.run(photo, targets, {&options, 1})[0][0];
    return std::pair(saliency.forward_passes, saliency.backward_passes);
  };
  for (const std::string method : {"gradient", "gradient-input", "guided-backprop", "deconvnet"}) {
    INFO(method);
    CHECK(passes(method, {&three[0], 1}) == std::pair(1, 1));
    CHECK(passes(method, three) == std::pair(1, 3));
  }
  // Beside its own passes the map's value, and the baseline's.
  CHECK(passes("smoothgrad samples=10", {&three[0], 1}) == std::pair(10 + 1, 10));
  CHECK(passes("smoothgrad samples=10", three) == std::pair(10 + 1, 30));
  CHECK(passes("integrated-gradients steps=10", {&three[0], 1}) == std::pair(10 + 2, 10));
  CHECK(passes("integrated-gradients steps=10", three) == std::pair(10 + 2, 30));
}

TEST_CASE("long methods of the gradient family can be stopped") {
  const auto model = golden_model("small", false);
  const Photo photo = golden_photo("small");
  SaliencySession session(model, 4);
  for (const std::string method : {"smoothgrad", "integrated-gradients"}) {
    std::vector<std::int64_t> done;
    const auto stop = [&](const Progress& progress) {
      done.push_back(progress.done);
      return done.size() < 3;
    };
    CHECK_THROWS_AS(session.run(photo, Target::output(1), way(method), {}, stop), Interrupted);
    CHECK(done == std::vector<std::int64_t>{0, 4, 8});
  }
}

TEST_CASE("guided rules are refused without a ReLU, and say what they do not reach") {
  for (const std::string method : {"guided-backprop", "deconvnet"}) {
    const Photo photo = golden_photo("smooth");
    CHECK_THROWS_WITH(ask("smooth", method, photo), Contains("ReLU") &&
                                                        Contains("SiLU, Softplus") &&
                                                        Contains("integrated-gradients"));
    CHECK_THROWS_AS(ask("linear", method, photo), InputError);
    const Saliency mixed = ask("mixed", method, photo);
    REQUIRE(mixed.warnings.size() == (method == "deconvnet" ? 2 : 1));
    CHECK_THAT(mixed.warnings[0], Contains("Hardswish, SiLU"));
    CHECK_THAT(mixed.warnings.back(),
               method == "deconvnet" ? Contains("max pooling") : Contains("ReLUs"));
    CHECK(ask("capped", method, photo).warnings.empty());
    // Nothing but a convolution comes before this layer.
    Target early = Target::output(1);
    early.layer = "stem.0";
    CHECK_THROWS_AS(ask("small", method, photo, early), InputError);
  }
}

TEST_CASE("gradients that are not finite are reported, not drawn") {
  const auto broken = small_model("broken");
  for (const std::string& method : kFamily) {
    INFO(method);
    CHECK_THROWS_WITH(
        SaliencySession(broken).run(plain(90, 80, 70), Target::output(0), way(method)),
        Contains("gradients") && Contains("not finite"));
  }
}

TEST_CASE("options of the gradient family are checked") {
  const Photo photo = golden_photo("small");
  for (const std::string text :
       {"gradient-input reduce=mean", "smoothgrad samples=0", "smoothgrad sigma=-1",
        "smoothgrad kind=median", "integrated-gradients steps=2.5",
        "integrated-gradients rule=simpson", "integrated-gradients baseline=white",
        "guided-backprop samples=3"}) {
    INFO(text);
    CHECK_THROWS_AS(ask("small", text, photo), InputError);
  }
}

TEST_CASE("on photos the error of integrated gradients falls with more steps") {
  const std::string pets = "../shared/real/pets";
  if (!std::filesystem::exists(pets)) {
    WARN("skipped: ../shared/real is not here");
    return;
  }
  const auto model = Model::load(pets + "/model.pt");
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(pets + "/photos")) {
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  SaliencySession session(model);
  const Photo photo = decode_photo(paths.at(paths.size() / 2));
  const auto outputs = session.outputs(photo);
  const auto winner = std::max_element(outputs.begin(), outputs.end()) - outputs.begin();
  std::vector<double> errors;
  for (const std::string steps : {"8", "64"}) {
    const Saliency saliency =
        session.run(photo, Target::output(static_cast<int>(winner)),
                    way("integrated-gradients baseline=black steps=" + steps), {64, 64});
    errors.push_back(std::abs(saliency.completeness_error / saliency.difference));
  }
  WARN("off by " << errors[0] << " of the difference at 8 steps, " << errors[1] << " at 64");
  CHECK(errors[1] < errors[0] / 2);
}

}  // namespace
}  // namespace differentia

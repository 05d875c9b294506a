// The class activation maps: Grad-CAM, Grad-CAM++, HiResCAM, LayerCAM, Eigen-CAM and Score-CAM.

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "base/error.h"
#include "explain/attribution.h"
#include "explain/forward_session.h"
#include "explain/preprocess.h"
#include "explain/saliency/session.h"
#include "tests/catch.h"
#include "tests/explain/saliency/reference.h"
#include "tests/explain/test_models.h"

namespace differentia {
namespace {

using Catch::Matchers::Contains;

// A network of tools/saliency_reference_cams.py, with what Python found.
class Reference {
 public:
  Reference(const std::string& name, int side, bool float64 = true)
      : path_(reference_folder("tools/saliency_reference_cams.py") + "/" + name + ".golden") {
    const auto card = std::filesystem::temp_directory_path() /
                      ("differentia_cams_test_" + std::to_string(side) + ".json");
    std::ofstream(card) << R"({"input": {"fit": "stretch", "width": )" << side << R"(, "height": )"
                        << side << R"(, "mean": [0, 0, 0], "std": [0.25098039215686274,)"
                        << R"(0.25098039215686274, 0.25098039215686274]}})";
    ModelOptions options;
    options.card = card.string();
    options.double_precision = float64;
    model = Model::load(small_path(name == "resnet18" ? "resnet18.scripted" : name), options);
    photo = photo_of(truth("photo"), {side, side});
  }

  std::vector<double> truth(const std::string& key) const { return golden_tensor(path_, key); }

  Target concept(const std::string& layer) const {
    const auto floats = [&](const std::string& what) {
      const auto values = truth(what + "." + layer);
      return std::vector<float>(values.begin(), values.end());
    };
    return Target::direction(layer, floats("direction"), floats("centre"), floats("scale"));
  }

  // The map's values where a layer's positions have their centres: pixels, in these networks.
  cv::Mat on_grid(const cv::Mat& map, const std::string& layer) const {
    const LayerInfo& info = model->layer(layer);
    cv::Mat values(info.height, info.width, CV_32FC1);
    for (int row = 0; row < info.height; ++row) {
      for (int column = 0; column < info.width; ++column) {
        const Point centre = info.grid.centre(row, column);
        values.at<float>(row, column) =
            map.at<float>(static_cast<int>(centre.y), static_cast<int>(centre.x));
      }
    }
    return values;
  }

  std::shared_ptr<const Model> model;
  Photo photo;

 private:
  std::string path_;
};

SaliencyOptions at(const std::string& method, const std::vector<std::string>& layers) {
  SaliencyOptions options;
  options.method = method;
  options.layers = layers;
  options.rectified = false;
  return options;
}

SaliencyOptions with(SaliencyOptions options, const std::string& name, int value) {
  options.options[name] = std::to_string(value);
  return options;
}

// How far `b` is from `a`, as a share of the largest value of `a`.
double distance(const cv::Mat& a, const cv::Mat& b) {
  return cv::norm(a - b, cv::NORM_INF) / cv::norm(a, cv::NORM_INF);
}

void compare_with_python(const std::string& name, int side, const std::vector<std::string>& layers,
                         const std::vector<int>& channels) {
  const Reference reference(name, side);
  SaliencySession session(reference.model, 4);
  std::vector<std::pair<std::string, Target>> targets{{"output", Target::output(1)},
                                                      {"difference", Target::difference(0, 3)},
                                                      {"steep", {{{2, 30.0}, {0, -30.0}}}}};
  for (const std::string& layer : layers)
    targets.emplace_back("concept@" + layer, reference.concept(layer));
  for (const auto& [label, target] : targets) {
    // A concept has maps at its own layer and those before it.
    std::vector<SaliencyOptions> ways;
    std::vector<std::string> keys;
    for (const std::string& layer : layers) {
      for (const std::string method : {"grad-cam", "grad-cam++", "hires-cam", "layer-cam"}) {
        ways.push_back(at(method, {layer}));
        keys.push_back(method + "." + layer + "." + label);
      }
      if (layer == target.layer) break;
      if (!target.layer.empty()) continue;
      ways.push_back(at("eigen-cam", {layer}));
      keys.push_back("eigen-cam." + layer + "." + label);
      for (const int count : channels) {
        ways.push_back(with(at("score-cam", {layer}), "channels", count));
        keys.push_back("score-cam." + layer + "." + label + "." + std::to_string(count));
      }
    }
    const auto results = session.run(reference.photo, {&target, 1}, ways);
    for (std::size_t w = 0; w < ways.size(); ++w) {
      INFO(name << " " << keys[w]);
      const Saliency& saliency = results[w][0];
      CHECK(saliency.target == Approx(reference.truth("value." + label)[0]).margin(1e-5));
      CHECK(relative_error(reference.on_grid(saliency.map, ways[w].layers[0]),
                           reference.truth(keys[w])) <= 1e-5);
    }
  }
}

void compare_fused(const std::string& name, int side, const std::vector<std::string>& layers) {
  const Reference reference(name, side);
  SaliencySession session(reference.model);
  for (const int gamma : {2, 5}) {
    const auto ways = with(at("layer-cam", layers), "gamma", gamma);
    for (const auto& [label, target] : {std::pair<std::string, Target>{"output", Target::output(1)},
                                        {"difference", Target::difference(0, 3)}}) {
      INFO(name << " " << label << " " << gamma);
      const Saliency saliency = session.run(reference.photo, target, ways);
      CHECK(relative_error(saliency.map, reference.truth("layer-cam.fused." + label + "." +
                                                         std::to_string(gamma))) <= 1e-5);
    }
  }
}

TEST_CASE("class activation maps equal their definitions in Python") {
  compare_with_python("small", 32, {"stem", "body", "act", "act#2"}, {0, 5});
  compare_with_python("softmax", 32, {"act#2"}, {0});
  compare_with_python("resnet18", 96, {"layer2", "layer3.0.downsample.1", "layer3", "layer4"}, {5});
}

TEST_CASE("LayerCAM of several layers is the paper's fusion, in whichever order they are given") {
  compare_fused("small", 32, {"act#2", "stem", "act", "stem"});
  compare_fused("resnet18", 96, {"layer4", "layer2", "layer3"});
  CHECK(MethodValues(saliency_method("layer-cam")).number("gamma") == 2);
  // One layer twice is one layer: the plain map.
  const Reference reference("small", 32);
  SaliencySession session(reference.model);
  const Target target = Target::output(1);
  CHECK(distance(session.run(reference.photo, target, at("layer-cam", {"act"})).map,
                 session.run(reference.photo, target, at("layer-cam", {"act", "act"})).map) == 0);
}

TEST_CASE("class activation maps of one photo cost one forward and one backward pass a target") {
  const Reference reference("small", 32);
  SaliencySession session(reference.model, 4);
  const std::vector<Target> targets{Target::output(1), Target::difference(0, 3),
                                    reference.concept("act#2")};
  std::vector<SaliencyOptions> ways{
      at("eigen-cam", {"act"}), at("grad-cam", {"stem"}),           at("grad-cam++", {"act#2"}),
      at("hires-cam", {"act"}), at("layer-cam", {"act#2", "stem"}), at("layer-cam", {"body"}),
      at("grad-cam", {"stem"}),
  };
  const auto passes = [&] {
    int forward = 0, backward = 0;
    for (const auto& of_targets : session.run(reference.photo, targets, ways)) {
      REQUIRE(of_targets.size() == targets.size());
      forward += of_targets[0].forward_passes;
      backward += of_targets[0].backward_passes;
    }
    return std::pair(forward, backward);
  };
  CHECK(passes() == std::pair(1, 3));
  // Score-CAM tries each channel once, for all targets.
  ways.push_back(with(at("score-cam", {"act"}), "channels", 5));
  CHECK(passes() == std::pair(1 + 5, 3));
  // The gradients of the pixels come by the same passes, whichever is asked for first.
  ways.pop_back();
  for (const char* method : {"gradient", "gradient-input"})
    ways.insert(ways.begin(), at(method, {}));
  CHECK(passes() == std::pair(1, 3));
}

TEST_CASE("at a pooled linear head HiResCAM is Grad-CAM is the attribution") {
  const Reference reference("small", 32);
  SaliencySession session(reference.model);
  const Target target = Target::difference(0, 1);
  const std::vector<SaliencyOptions> ways{at("hires-cam", {"act#2"}), at("grad-cam", {"act#2"})};
  const auto maps = session.run(reference.photo, {&target, 1}, ways);
  CHECK(distance(maps[0][0].map, maps[1][0].map) <= 1e-6);

  std::vector<float> input(3 * 32 * 32);
  preprocess(reference.photo, reference.model->card().input, input);
  const auto grids = ForwardSession(reference.model, {{"act#2"}, false, 1}).run(input, 1).grids[0];
  const std::vector<std::vector<Target>> targets(1, {target});
  const auto attribution = TailAttribution(reference.model, "act#2").run(grids, targets)[0][0];
  CHECK(relative_error(reference.on_grid(maps[0][0].map, "act#2"),
                       {attribution.values.begin(), attribution.values.end()}) <= 1e-5);
  // Elsewhere they differ.
  const std::vector<SaliencyOptions> earlier{at("hires-cam", {"stem"}), at("grad-cam", {"stem"})};
  const auto others = session.run(reference.photo, {&target, 1}, earlier);
  CHECK(distance(others[0][0].map, others[1][0].map) > 0.1);
}

TEST_CASE("Grad-CAM and HiResCAM of A against B are those of B against A, negated") {
  for (const bool float64 : {false, true}) {
    const Reference reference("resnet18", 96, float64);
    SaliencySession session(reference.model);
    const std::vector<Target> targets{Target::difference(4, 7), Target::difference(7, 4)};
    const std::vector<SaliencyOptions> ways{at("grad-cam", {"layer3"}), at("hires-cam", {"layer3"}),
                                            at("grad-cam", {"layer4"}),
                                            at("hires-cam", {"layer4"})};
    for (const auto& pair : session.run(reference.photo, targets, ways))
      CHECK(distance(pair[0].map, -pair[1].map) <= 1e-6);
  }
}

TEST_CASE("Score-CAM does not depend on the batch, and tries the channels that it is told to") {
  const Reference reference("small", 32, false);
  const std::vector<Target> targets{Target::output(1), {{{2, 30.0}, {0, -30.0}}}};
  for (const int channels : {0, 7}) {
    const std::vector<SaliencyOptions> ways{with(at("score-cam", {"body"}), "channels", channels)};
    const auto one = SaliencySession(reference.model, 1).run(reference.photo, targets, ways)[0];
    CHECK(one[0].forward_passes == 1 + (channels == 0 ? 12 : 7));
    CHECK(one[0].backward_passes == 0);
    CHECK(distance(one[0].map, one[1].map) > 0.01);
    for (const int batch : {3, 16}) {
      const auto other =
          SaliencySession(reference.model, batch).run(reference.photo, targets, ways)[0];
      for (std::size_t t = 0; t < targets.size(); ++t)
        CHECK(distance(one[t].map, other[t].map) <= 1e-6);
    }
  }
  int calls = 0;
  CHECK_THROWS_AS(SaliencySession(reference.model, 2)
                      .run(reference.photo, targets[0], at("score-cam", {"act"}), {},
                           [&](const Progress&) { return ++calls < 3; }),
                  Interrupted);
}

TEST_CASE("Eigen-CAM is the same for all targets") {
  const Reference reference("small", 32);
  const std::vector<Target> targets{Target::output(1), reference.concept("stem")};
  const std::vector<SaliencyOptions> ways{at("eigen-cam", {"body"})};
  const auto maps = SaliencySession(reference.model).run(reference.photo, targets, ways)[0];
  CHECK(distance(maps[0].map, maps[1].map) == 0);
  CHECK(cv::mean(maps[0].map)[0] > 0);
}

TEST_CASE("methods made for layers after a ReLU say so where values are below zero") {
  const Reference reference("resnet18", 96);
  SaliencySession session(reference.model);
  for (const std::string method : {"grad-cam++", "eigen-cam"}) {
    INFO(method);
    CHECK(session.run(reference.photo, Target::output(1), at(method, {"layer3"})).warnings.empty());
    const auto warnings =
        session.run(reference.photo, Target::output(1), at(method, {"layer3.0.downsample.1"}))
            .warnings;
    REQUIRE(warnings.size() == 1);
    CHECK_THAT(warnings[0],
               Contains("the layer layer3.0.downsample.1 has") && Contains("after a ReLU"));
  }
}

TEST_CASE("a concept that lies before the map's layer is refused in plain words") {
  const Reference reference("small", 32);
  SaliencySession session(reference.model);
  const Target stem = reference.concept("stem");
  for (const std::string method : {"grad-cam", "grad-cam++", "hires-cam", "layer-cam"}) {
    INFO(method);
    CHECK_THROWS_AS(session.run(reference.photo, stem, at(method, {"act#2"})), InputError);
    CHECK_THROWS_WITH(session.run(reference.photo, stem, at(method, {"act#2"})),
                      Contains("choose stem or a layer before it"));
  }
  // Also where a map at a layer that does carry it has been made before.
  const Target act = reference.concept("act");
  const std::vector<SaliencyOptions> ways{at("grad-cam", {"stem"}), at("grad-cam", {"act#2"})};
  CHECK_THROWS_WITH(session.run(reference.photo, {&act, 1}, ways),
                    Contains("choose act or a layer before it"));
  // What asks only what a masked photo does to the concept needs no such order.
  CHECK_NOTHROW(session.run(reference.photo, stem, at("score-cam", {"act#2"})));
}

TEST_CASE(
    "a concept's zero is its centre: exact maps sum to its value, others go by changes alone") {
  const Reference reference("small", 32);
  SaliencySession session(reference.model, 4);
  const Target concept = reference.concept("act");
  Target moved = concept;
  moved.offset += 3;
  for (const std::string method : {"grad-cam", "hires-cam"}) {
    INFO(method);
    for (const Target& target : {concept, moved}) {
      const Saliency saliency = session.run(reference.photo, target, at(method, {"act"}));
      CHECK(cv::sum(reference.on_grid(saliency.map, "act"))[0] ==
            Approx(saliency.target).epsilon(1e-5));
    }
  }
  std::vector<SaliencyOptions> ways{at("grad-cam++", {"act"}), at("layer-cam", {"act"}),
                                    at("eigen-cam", {"act"}),  at("score-cam", {"act"}),
                                    at("grad-cam", {"stem"}),  at("hires-cam", {"stem"})};
  for (const char* method :
       {"gradient", "gradient-input", "smoothgrad", "integrated-gradients", "occlusion", "rise"})
    ways.push_back(at(method, {}));
  ways[8].options["samples"] = ways[9].options["steps"] = "4";
  ways[11].options["masks"] = "100";
  const std::vector<Target> targets{concept, moved};
  const auto maps = session.run(reference.photo, targets, ways);
  for (std::size_t w = 0; w < ways.size(); ++w) {
    INFO(ways[w].method);
    CHECK(maps[w][1].target == Approx(maps[w][0].target + 3));
    CHECK(distance(maps[w][0].map, maps[w][1].map) <= 1e-6);
  }
}

TEST_CASE("a map without evidence for the target is said, and zero where rectified") {
  // Weights and pixels are positive here: every position speaks for output 0.
  ModelOptions options;
  options.card = test_models_folder() + "/card32.json";
  SaliencySession session(Model::load(small_path("positive"), options));
  Photo white;
  white.full_size = {32, 32};
  white.bgr = cv::Mat(32, 32, CV_8UC3, cv::Scalar(255, 255, 255));
  const Target against{{{0, -1.0}}};
  for (const std::string method : {"grad-cam", "grad-cam++", "hires-cam", "layer-cam"}) {
    INFO(method);
    auto way = at(method, {"5"});
    way.rectified = true;
    CHECK(session.run(white, Target::output(0), way).warnings.empty());
    const Saliency saliency = session.run(white, against, way);
    CHECK(cv::norm(saliency.map, cv::NORM_INF) == 0);
    REQUIRE(saliency.warnings.size() == 1);
    CHECK_THAT(saliency.warnings[0], Contains("nothing in this photo speaks for the target"));
    way.rectified = false;
    double highest = 0;
    cv::minMaxLoc(session.run(white, against, way).map, nullptr, &highest);
    CHECK((saliency_method(method).is_signed ? highest < 0 : highest == 0));
  }
  const Saliency fused = session.run(white, against, at("layer-cam", {"1", "5"}));
  CHECK(cv::norm(fused.map, cv::NORM_INF) == 0);
  REQUIRE(fused.warnings.size() == 3);
  CHECK_THAT(fused.warnings[0], Contains("the layer 1 adds nothing"));
}

}  // namespace
}  // namespace differentia

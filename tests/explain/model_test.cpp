#include "explain/model.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "explain/forward_session.h"
#include "explain/tap_session.h"
#include "tests/catch.h"
#include "tests/explain/test_models.h"

namespace differentia {
namespace {

using Catch::Matchers::Contains;

std::string written(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::temp_directory_path() / ("differentia_model_test_" + name);
  std::ofstream(path) << text;
  return path.string();
}

// At its own input size, as it would be used.
std::shared_ptr<const Model> network(const std::string& name, int side) {
  ModelOptions options;
  options.card = written("card.json", "{\"input\": {\"width\": " + std::to_string(side) + "}}");
  return Model::load(test_models_folder() + "/" + name + ".traced.pt", options);
}

struct Expected {
  std::string network;
  int side;
  std::string layer, deep_layer;
  int grid, deep_grid;
  std::vector<std::string> candidates, others;
};

TEST_CASE("candidates and default layers of known networks") {
  const std::vector<Expected> all = {
      {"resnet18",
       224,
       "layer3",
       "layer4",
       14,
       7,
       {"conv1", "layer1.0", "layer3.0", "layer4.1.relu#2", "avgpool"},
       {"layer4.0.relu", "layer1.0.bn1", "layer4.1.bn2", "layer2.0.downsample"}},
      {"resnet50",
       224,
       "layer3",
       "layer4",
       14,
       7,
       {"layer3.5"},
       {"layer3.5.bn3", "layer4.0.downsample.0"}},
      {"densenet121",
       224,
       "features.denseblock3",
       "features.norm5",
       14,
       7,
       {"features.transition2.pool", "features.denseblock4"},
       {"features.denseblock3.denselayer24", "features.denseblock3.denselayer1.norm1"}},
      {"efficientnet_b0",
       224,
       "features.5",
       "features.8",
       14,
       7,
       {"features.6.0.block.0"},
       {"features.5.1.block.1", "features.4.0.block.2.fc1"}},
      {"mobilenet_v2",
       224,
       "features.13",
       "features.18",
       14,
       7,
       {"features.14.conv.0", "features.17"},
       {"features.13.conv.0", "features.3.conv.1"}},
      {"mobilenet_v3_large",
       224,
       "features.12",
       "features.16",
       14,
       7,
       {"features.11"},
       {"features.12.block.2"}},
      {"inception_v3",
       299,
       "Mixed_6e",
       "Mixed_7c",
       17,
       8,
       {"Mixed_5b", "Conv2d_1a_3x3.bn"},
       {"Mixed_6a.branch3x3dbl_2", "Mixed_7c.branch1x1"}}};
  for (const Expected& expected : all) {
    INFO(expected.network);
    const auto model = network(expected.network, expected.side);
    CHECK(model->card().layer == expected.layer);
    CHECK(model->card().deep_layer == expected.deep_layer);
    CHECK(model->layer(expected.layer).height == expected.grid);
    CHECK(model->layer(expected.deep_layer).width == expected.deep_grid);
    for (const auto& path : expected.candidates) {
      INFO(path);
      CHECK(model->layer(path).candidate);
    }
    for (const auto& path : expected.others) {
      INFO(path);
      CHECK_FALSE(model->layer(path).candidate);
    }
  }
}

TEST_CASE("a module used twice gets a number") {
  const auto model = small_model("small");
  CHECK(model->layer("act").channels == 12);
  CHECK(model->layer("act").height == 8);
  CHECK(model->layer("act#2").candidate);
  CHECK(model->layer("stem").height == 16);
  const auto& layers = model->layers();
  const auto place = [&](const std::string& path) {
    return std::find_if(layers.begin(), layers.end(),
                        [&](const LayerInfo& layer) { return layer.path == path; });
  };
  CHECK(place("stem.0") < place("stem"));
  CHECK(place("act") < place("top"));
  CHECK(place("top") < place("act#2"));
}

TEST_CASE("receptive-field centres are where the gradient of a position lies") {
  // All weights are positive, so that a position's gradient covers its receptive field,
  // symmetrically.
  ModelOptions options;
  options.double_precision = true;
  options.card =
      written("positive.json", R"({"input": {"width": 64, "height": 64, "fit": "stretch"}})");
  const auto model = Model::load(small_path("positive"), options);
  for (const std::string path : {"0", "2", "3", "4", "5"}) {
    INFO(path);
    const LayerInfo& layer = model->layer(path);
    TapSession session(model, {path});
    const std::vector<float> ones(3 * 64 * 64, 1.0f);
    const auto base = session.run(ones, 1).layers[0].values;
    const int row = layer.height / 2, column = layer.width / 2;
    const std::size_t position = static_cast<std::size_t>(row) * layer.width + column;
    // One pixel of one row or column at a time: what moves the position is inside the field.
    double low = 64, high = 0, low_y = 64, high_y = 0;
    for (int i = 0; i < 64; ++i) {
      auto inputs = ones;
      for (int j = 0; j < 64; ++j) inputs[64 * j + i] = 2;
      if (std::abs(session.run(inputs, 1).layers[0].values[position] - base[position]) > 1e-9) {
        low = std::min(low, static_cast<double>(i));
        high = std::max(high, i + 1.0);
      }
      inputs = ones;
      for (int j = 0; j < 64; ++j) inputs[64 * i + j] = 2;
      if (std::abs(session.run(inputs, 1).layers[0].values[position] - base[position]) > 1e-9) {
        low_y = std::min(low_y, static_cast<double>(i));
        high_y = std::max(high_y, i + 1.0);
      }
    }
    const Point centre = layer.grid.centre(row, column);
    CHECK(centre.x == Approx((low + high) / 2));
    CHECK(centre.y == Approx((low_y + high_y) / 2));
  }
}

TEST_CASE("softmaxed heads give log p") {
  const auto logits_model = small_model("small");
  CHECK_FALSE(logits_model->softmaxed());
  for (const std::string name : {"softmax", "normalised_sigmoid"}) {
    INFO(name);
    const auto model = small_model(name);
    CHECK(model->softmaxed());
    CHECK(model->card().head == Head::kSoftmax);
    const auto inputs = random_inputs(*model, 3);
    const auto outputs = ForwardSession(model, {{}, true, 4}).run(inputs, 3).outputs;
    const auto logits = ForwardSession(logits_model, {{}, true, 4}).run(inputs, 3).outputs;
    for (int photo = 0; photo < 3; ++photo) {
      double sum = 0;
      for (const float value : outputs.row(photo)) sum += std::exp(value);
      CHECK(sum == Approx(1).epsilon(1e-4));
      if (name == "softmax") {
        CHECK(outputs(photo, 1) - outputs(photo, 0) ==
              Approx(3 * (logits(photo, 1) - logits(photo, 0))).margin(1e-4));
      }
    }
  }
}

TEST_CASE("what is wrong with a model is said in one sentence") {
  CHECK_THROWS_WITH(Model::load("no/such/model.pt"), Contains("no/such/model.pt"));
  CHECK_THROWS_AS(Model::load(small_path("weights_only")), FileError);
  CHECK_THROWS_WITH(Model::load(written("text.pt", "hello")),
                    Contains("is not a TorchScript model"));
  CHECK_THROWS_WITH(small_model("flat"), Contains("no layer with a grid"));
  CHECK_THROWS_WITH(small_model("writes"), Contains("in place"));

  const auto model = small_model("small");
  try {
    model->layer("stem.3");
    FAIL("found");
  } catch (const UnknownName& error) {
    CHECK(error.nearest.size() >= 1);
    CHECK_THAT(error.what(), Contains("stem"));
  }
  ModelOptions options;
  options.layer = "nothing";
  CHECK_THROWS_AS(small_model("small", options), UnknownName);
  options.layer = "fc";
  CHECK_THROWS_WITH(small_model("small", options), Contains("no grid"));
  options = {};
  options.device = "gpu7";
  CHECK_THROWS_WITH(small_model("small", options), Contains("gpu7"));
  options.device = "cuda";
  if (!std::filesystem::exists("/dev/nvidia0"))
    CHECK_THROWS_WITH(small_model("small", options), Contains("CUDA"));

  options = {};
  options.card = written("labels.json", R"({"labels": ["a", "b"], "input": {"width": 32}})");
  CHECK_THROWS_WITH(Model::load(small_path("small"), options),
                    Contains("4 outputs") && Contains("2 labels"));
  options.card = written("head.json", R"({"head": "softmax", "input": {"width": 32}})");
  CHECK_THROWS_WITH(Model::load(small_path("small"), options), Contains("do not sum to 1"));
}

}  // namespace
}  // namespace differentia

#include "explain/forward_session.h"

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/error.h"
#include "explain/tap_session.h"
#include "tests/catch.h"
#include "tests/explain/test_models.h"

namespace differentia {
namespace {

TEST_CASE(
    "a photo's numbers do not depend on how photos are grouped, nor on the number of sessions") {
  for (const bool real : {false, true}) {
    ModelOptions options;
    options.card = test_models_folder() + "/mobilenet_v2.json";
    const auto model =
        real ? Model::load(test_models_folder() + "/mobilenet_v2.scripted.pt", options)
             : small_model("small");
    const std::vector<std::string> layers =
        real ? std::vector<std::string>{"features.13", "features.18"}
             : std::vector<std::string>{"stem", "act#2"};
    const int photos = 6;
    const auto inputs = random_inputs(*model, photos);
    const std::size_t length = inputs.size() / photos;
    const ForwardOptions forward{layers, true, 4};
    const auto together = ForwardSession(model, forward).run(inputs, photos);
    REQUIRE(together.grids.size() == 2);
    CHECK(together.outputs.rows == photos);

    std::vector<ForwardResult> alone(photos);
    std::vector<std::thread> workers;
    for (int worker = 0; worker < 2; ++worker) {
      workers.emplace_back([&, worker] {
        ForwardSession session(model, forward);
        for (int photo = worker; photo < photos; photo += 2) {
          alone[photo] = session.run({inputs.data() + length * photo, length}, 1);
        }
      });
    }
    for (std::thread& worker : workers) worker.join();
    for (int photo = 0; photo < photos; ++photo) {
      const auto row = together.outputs.row(photo);
      CHECK(std::vector<float>(row.begin(), row.end()) == alone[photo].outputs.values);
      for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto& all = together.grids[i].values;
        const std::size_t size = all.size() / photos;
        CHECK(std::vector<float>(all.begin() + size * photo, all.begin() + size * (photo + 1)) ==
              alone[photo].grids[i].values);
      }
    }
  }
}

// MobileNetV3 has Hardswish and Hardsigmoid over 72, 120, 184 and 200 channels, which oneDNN keeps
// in padded blocks when photos come one by one.
TEST_CASE("activation functions reach the last channels of a padded block") {
  ModelOptions options;
  options.card = test_models_folder() + "/mobilenet_v3_large.json";
  const std::string path = test_models_folder() + "/mobilenet_v3_large.scripted.pt";
  const auto model = Model::load(path, options);
  const std::vector<std::string> layers{"features.6", "features.8", "features.9", "features.11"};
  const auto inputs = random_inputs(*model, 1);
  const auto folded = ForwardSession(model, {layers, false, 1}).run(inputs, 1).grids;
  options.double_precision = true;
  const auto exact = TapSession(Model::load(path, options), layers).run(inputs, 1).layers;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Grids& grids = folded[i];
    double largest = 0, error = 0;
    std::size_t next = 0;
    for (int channel = 0; channel < grids.channels; ++channel) {
      for (int row = 0; row < grids.height; ++row) {
        for (int column = 0; column < grids.width; ++column) {
          const double truth = exact[i].values.at(next++);
          largest = std::max(largest, std::abs(truth));
          error = std::max(error, std::abs(grids.at(0, row, column)[channel] - truth));
        }
      }
    }
    INFO(layers[i]);
    CHECK(error <= 1e-5 * largest);
  }
}

TEST_CASE("a session refuses what does not fit") {
  const auto model = small_model("small");
  CHECK_THROWS_AS(ForwardSession(model, {{"nothing"}, true, 4}), UnknownName);
  CHECK_THROWS_AS(ForwardSession(model, {{"fc"}, true, 4}), InputError);
  CHECK_THROWS_AS(ForwardSession(model, {{}, false, 4}), InputError);
  ForwardSession session(model, {{"stem"}, false, 4});
  CHECK_THROWS_AS(session.run(std::vector<float>(7), 1), InputError);
  CHECK(session.run(random_inputs(*model, 1), 1).outputs.rows == 0);
}

}  // namespace
}  // namespace differentia

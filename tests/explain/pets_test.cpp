// The real model and photos, where they are.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "explain/attribution.h"
#include "explain/forward_session.h"
#include "explain/preprocess.h"
#include "explain/tap_session.h"
#include "tests/catch.h"

namespace differentia {
namespace {

const char kPets[] = "../shared/real/pets";

bool absent() {
  if (std::filesystem::exists(kPets)) return false;
  WARN("skipped: ../shared/real is not here");
  return true;
}

std::vector<float> pet_inputs(const Model& model, int photos) {
  const Size size = model.card().input.size;
  const std::size_t length = static_cast<std::size_t>(3) * size.width * size.height;
  std::vector<float> inputs(length * photos);
  std::vector<std::string> paths;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::string(kPets) + "/photos")) {
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  int done = 0;
  for (std::size_t i = 0; i < paths.size() && done < photos; i += 37) {
    try {
      const Photo photo = decode_photo(paths[i]);
      preprocess(photo, model.card().input, {inputs.data() + length * done, length});
      ++done;
    } catch (const PhotoError&) {
    }
  }
  REQUIRE(done == photos);
  return inputs;
}

// The network pads unevenly before its convolutions of stride 2, which the folded session lets them
// take over.
TEST_CASE("the pets model: the folded session equals the model as it is") {
  if (absent()) return;
  const auto model = Model::load(std::string(kPets) + "/model.pt");
  const auto inputs = pet_inputs(*model, 2);
  const auto folded = ForwardSession(model, {{}, true, 4}).run(inputs, 2).outputs;
  const auto exact = TapSession(model, {}).run(inputs, 2).outputs;
  REQUIRE(folded.values.size() == exact.size());
  for (std::size_t i = 0; i < exact.size(); ++i) {
    CHECK(folded.values[i] == Approx(exact[i]).margin(1e-4));
  }
}

TEST_CASE("the pets model: layers, speed and attribution") {
  if (absent()) return;
  const auto model = Model::load(std::string(kPets) + "/model.pt");
  CHECK(model->outputs() == 3);
  CHECK_FALSE(model->softmaxed());
  CHECK(model->card().layer == "features.13");
  const LayerInfo& deep = model->layer("features.18");
  CHECK(deep.channels == 1280);
  CHECK(deep.height == 7);
  const int photos = 16;
  const auto inputs = pet_inputs(*model, photos);
  ForwardSession session(model, {{"features.13", "features.18"}, true, 16});
  ForwardResult result = session.run(inputs, photos);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) result = session.run(inputs, photos);
  const auto forward =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / 5 / photos;
  WARN("forward " << forward * 1000 << " ms a photo");
  for (const char* layer : {"features.13", "features.18"}) {
    TailAttribution attribution(model, layer);
    std::vector<std::vector<Target>> targets(photos, {Target::output(0), Target::difference(0, 2)});
    const auto begin = std::chrono::steady_clock::now();
    const auto results = attribution.run(result.grids[std::string(layer) == "features.13" ? 0 : 1],
                                         targets, &result.outputs);
    const auto seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    int steps = 0;
    for (const auto& of_photo : results) {
      int most = 0;
      for (const auto& one : of_photo) most = std::max(most, one.evaluations);
      steps += most;
      for (const auto& one : of_photo) {
        INFO(layer << " " << one.target << " " << one.target_at_zero << " " << one.residual << " "
                   << one.steps);
        CHECK((one.steps == 64 ||
               std::abs(one.residual) <=
                   0.05 * std::max(1.0, std::abs(one.target - one.target_at_zero)) + 1e-4));
      }
    }
    WARN(layer << ": closed " << attribution.closed_form() << ", " << seconds << " s, photo-steps "
               << steps << ", ms a photo-step " << seconds * 1000 / std::max(steps, 1));
  }
}

}  // namespace
}  // namespace differentia

#include "explain/measures/randomisation.h"

#include <cmath>
#include <filesystem>
#include <limits>

#include "base/error.h"
#include "base/sha256.h"
#include "explain/forward_session.h"
#include "explain/measures/contrastive.h"
#include "explain/saliency/session.h"
#include "tests/catch.h"
#include "tests/explain/measures/patch_model.h"
#include "tests/explain/test_models.h"

namespace differentia {
namespace {

using Catch::Matchers::Contains;

ForwardResult run(const std::shared_ptr<const Model>& model, const std::string& layer,
                  const std::vector<float>& inputs) {
  return ForwardSession(model, {{layer}, true, 2}).run(inputs, 2);
}

std::size_t temporary_entries() {
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::temp_directory_path())) {
    count += entry.path().filename().string().rfind("differentia_redrawn_", 0) == 0;
  }
  return count;
}

TEST_CASE("weights are drawn anew: the head's alone, or all; the file stays as it is") {
  const auto model = small_model("small");
  const auto inputs = random_inputs(*model, 2);
  const auto hash = sha256_of_file(model->path());
  const std::size_t before = temporary_entries();
  const auto head = redrawn_model(*model, Redraw::kHead);
  const auto all = redrawn_model(*model, Redraw::kAll);
  CHECK(sha256_of_file(model->path()) == hash);
  CHECK(temporary_entries() == before);
  CHECK(head->card().deep_layer == model->card().deep_layer);
  CHECK(head->card().input.size == model->card().input.size);

  const auto own = run(model, "act#2", inputs);
  const auto of_head = run(head, "act#2", inputs), of_all = run(all, "act#2", inputs);
  CHECK(of_head.grids[0].values == own.grids[0].values);
  CHECK(of_head.outputs.values != own.outputs.values);
  CHECK(of_all.grids[0].values != own.grids[0].values);
  CHECK(of_all.outputs.values != own.outputs.values);
  for (const float value : of_all.outputs.values) CHECK(std::isfinite(value));

  // By counter: the same seed, the same weights; and those of one layer whatever else is drawn.
  CHECK(run(redrawn_model(*model, Redraw::kAll), "act#2", inputs).outputs.values ==
        of_all.outputs.values);
  CHECK(run(redrawn_model(*model, Redraw::kAll, 2), "act#2", inputs).outputs.values !=
        of_all.outputs.values);
}

TEST_CASE("each tensor keeps its own mean and deviation, and statistics stay") {
  // Constant weights have no deviation: nothing changes.
  ModelOptions options;
  options.card = test_models_folder() + "/card32.json";
  const auto positive = Model::load(small_path("positive"), options);
  const auto inputs = random_inputs(*positive, 2);
  CHECK(run(redrawn_model(*positive, Redraw::kAll), "5", inputs).outputs.values ==
        run(positive, "5", inputs).outputs.values);

  const auto patch = patch_model(3, 0.25);
  const std::vector<float> black(2 * 3 * 16 * 16, 0), white(2 * 3 * 16 * 16, 1);
  double sum = 0, squares = 0;
  constexpr int kDraws = 40;
  for (int seed = 1; seed <= kDraws; ++seed) {
    const auto drawn = redrawn_model(*patch, Redraw::kAll, seed);
    CHECK(run(drawn, "features", black).outputs.values[0] == Approx(0.25));
    const double z = run(drawn, "features", white).outputs.values[0] - 0.25;
    sum += z / kDraws;
    squares += z * z / kDraws;
  }
  // The sum of three weights of mean 1 and variance 0.14 (of 1.5, 0.9, 0.6).
  CHECK(sum == Approx(3).margin(4 * std::sqrt(0.42 / kDraws)));
  CHECK(squares - sum * sum == Approx(0.42).margin(4 * 0.42 * std::sqrt(2.0 / kDraws)));

  const auto bare = Model::load(save_patch_model("bare", 3, 0, true));
  CHECK_THROWS_WITH(redrawn_model(*bare, Redraw::kAll), Contains("no parameters"));
}

TEST_CASE("maps of two targets: antisymmetric where gradients are, alike where they are not") {
  const auto model = small_model("small");
  Photo photo;
  photo.full_size = {32, 32};
  photo.bgr = cv::Mat(32, 32, CV_8UC3);
  cv::RNG random(7);
  random.fill(photo.bgr, cv::RNG::UNIFORM, 0, 256);
  SaliencySession session(model);
  SaliencyOptions options;
  options.method = "gradient";
  const auto error = [&] {
    return antisymmetry_error(session.run(photo, Target::difference(0, 1), options).map,
                              session.run(photo, Target::difference(1, 0), options).map);
  };
  options.options = {{"reduce", "signed"}};
  CHECK(error() < 1e-6);
  options.options = {{"reduce", "max"}};
  CHECK(error() == Approx(2));
  options = {};
  options.layers = {"act#2"};
  options.rectified = false;
  CHECK(error() < 1e-6);

  const cv::Mat ab = (cv::Mat_<float>(1, 4) << 1, 2, -4, std::nanf(""));
  const cv::Mat ba = (cv::Mat_<float>(1, 4) << -1, -3, 4, 9);
  CHECK(antisymmetry_error(ab, ba) == Approx(0.25));
  CHECK(map_correlation(ab, ba) == Approx(-1));
  CHECK(map_correlation(ab, 5 * ab + 1) == Approx(1));
  const cv::Mat nothing = cv::Mat::zeros(1, 4, CV_32FC1);
  CHECK(std::isnan(antisymmetry_error(nothing, ab)));
  CHECK(std::isnan(map_correlation(nothing, ab)));
}

}  // namespace
}  // namespace differentia

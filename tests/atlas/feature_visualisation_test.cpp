#include "atlas/feature_visualisation.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "base/error.h"
#include "base/image/photo.h"
#include "base/random.h"
#include "explain/forward_session.h"
#include "explain/preprocess.h"
#include "tests/catch.h"

using namespace differentia;
namespace fs = std::filesystem;

namespace {

std::shared_ptr<const Model> tiny_model() {
  const fs::path folder =
      fs::temp_directory_path() / ("differentia_visualisation_test_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const std::string path = (folder / "model.pt").string();
  REQUIRE(std::system(("/usr/bin/python3 tests/atlas/tiny_model.py " + path).c_str()) == 0);
  std::ofstream(folder / "model.json")
      << R"({"name": "tiny", "labels": ["a", "b", "c", "d"], "head": "logits",
      "input": {"width": 32, "height": 32, "fit": "stretch"}, "layer": "body", "deep_layer": "deep"})";
  auto model = Model::load(path);
  fs::remove_all(folder);
  return model;
}

cv::Mat noise(int side, Random& random) {
  cv::Mat picture(side, side, CV_8UC3);
  for (int row = 0; row < side; ++row)
    for (int i = 0; i < 3 * side; ++i)
      picture.ptr(row)[i] = static_cast<std::uint8_t>(40 + random.below(120));
  return picture;
}

// Activations at the middle positions of `body`, one row a position.
Matrix middle_activations(const std::shared_ptr<const Model>& model, const cv::Mat& picture) {
  Photo photo;
  photo.bgr = picture;
  photo.full_size = {picture.cols, picture.rows};
  std::vector<float> input(3 * 32 * 32);
  preprocess(photo, model->card().input, input);
  ForwardOptions options;
  options.layers = {"body"};
  options.outputs = false;
  const Grids grids = ForwardSession(model, options).run(input, 1).grids[0];
  Matrix rows(0, static_cast<std::size_t>(grids.channels));
  for (const int y : {7, 8})
    for (const int x : {7, 8}) {
      const auto at = grids.values.begin() + (y * grids.width + x) * grids.channels;
      rows.values.insert(rows.values.end(), at, at + grids.channels);
      ++rows.rows;
    }
  return rows;
}

double cosine(const Matrix& rows, gsl::span<const float> direction) {
  double sum = 0;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    double dot = 0, length = 0;
    for (std::size_t c = 0; c < rows.columns; ++c) {
      dot += static_cast<double>(rows.row(i)[c]) * direction[c];
      length += static_cast<double>(rows.row(i)[c]) * rows.row(i)[c];
    }
    sum += dot / std::sqrt(std::max(length, 1e-12)) / static_cast<double>(rows.rows);
  }
  return sum;
}

}  // namespace

TEST_CASE("an optimised picture excites its direction, whoever it is drawn beside") {
  const auto model = tiny_model();
  const Normalisation plain{std::vector<float>(12, 0.f), std::vector<float>(12, 1.f)};
  Random random(5);
  std::vector<cv::Mat> patches;
  for (int i = 0; i < 4; ++i) patches.push_back(noise(16, random));
  // What the middle of some picture gives can be reached again.
  Matrix directions(0, 12);
  for (int i = 0; i < 5; ++i) {
    Matrix row = middle_activations(model, noise(32, random));
    double length = 0;
    for (std::size_t c = 0; c < 12; ++c)
      length += static_cast<double>(row.row(0)[c]) * row.row(0)[c];
    for (std::size_t c = 0; c < 12; ++c)
      directions.values.push_back(static_cast<float>(row.row(0)[c] / std::sqrt(length)));
    ++directions.rows;
  }
  VisualisationOptions options;
  options.cells = 100;  // the whole input
  options.batch = 2;
  options.threads = 1;
  const auto drawn = [&](const VisualisationOptions& own) {
    FeatureVisualiser visualiser(model, "body", plain, patches, own);
    CHECK(visualiser.grid().height == 16);
    return visualiser.run(directions);
  };
  const auto pictures = drawn(options);
  auto untouched = options;
  untouched.steps = 0;
  const auto starts = drawn(untouched);
  REQUIRE(pictures.size() == 5);
  double before = 0, after = 0;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    REQUIRE(pictures[i].size() == cv::Size(32, 32));
    before += cosine(middle_activations(model, starts[i]), directions.row(i)) / 5;
    after += cosine(middle_activations(model, pictures[i]), directions.row(i)) / 5;
    // As bright and contrasty as the patches: the magnitudes are theirs.
    const cv::Scalar mean = cv::mean(pictures[i]);
    for (int channel = 0; channel < 3; ++channel) CHECK(mean[channel] == Approx(100).margin(30));
  }
  INFO("cosine " << before << " before, " << after << " after");
  CHECK(after > before + 0.15);
  CHECK(after > 0.75);

  auto threaded = options;
  threaded.threads = 3;
  const auto again = drawn(threaded);
  for (std::size_t i = 0; i < again.size(); ++i)
    CHECK(cv::norm(again[i], pictures[i], cv::NORM_INF) == 0);
}

TEST_CASE("a small canvas, no patches, no grid, a stop") {
  const auto model = tiny_model();
  const Normalisation plain{std::vector<float>(12, 0.f), std::vector<float>(12, 1.f)};
  VisualisationOptions options;
  options.steps = 2;
  FeatureVisualiser visualiser(model, "body", plain, {}, options);
  CHECK(visualiser.grid().height == 8);
  Matrix direction(1, 12);
  direction.values[3] = 1;
  const auto pictures = visualiser.run(direction);
  REQUIRE(pictures.size() == 1);
  CHECK(pictures[0].size() == cv::Size(16, 16));
  CHECK(middle_of(pictures[0], visualiser.grid(), 4, 64).size() == cv::Size(64, 64));
  CHECK_THROWS_AS(visualiser.run(direction, [](const Progress&) { return false; }), Interrupted);
  CHECK_THROWS_AS(FeatureVisualiser(model, "head", plain, {}), InputError);
}

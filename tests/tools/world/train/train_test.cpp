#include "tools/world/train/train.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "explain/model_card.h"
#include "tests/catch.h"
#include "tools/world/train/network_torch.h"
#include "tools/world/train/photos.h"

// REQUIRE throughout: glog, which LibTorch includes, takes the name CHECK.

using namespace differentia;
using namespace differentia::world;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct Folder {
  fs::path path;
  explicit Folder(const char* name)
      : path(fs::temp_directory_path() / (std::string("differentia_train_") + name)) {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
};

// The demo world's first genus and one bias alone: three species that are soon rendered.
std::string small_description(const fs::path& folder) {
  std::ifstream file("data/world/demo.json");
  json demo = json::parse(file);
  demo["genera"] = json::array({demo["genera"][0]});
  demo["species"] = json::array({demo["species"][0], demo["species"][1], demo["species"][2]});
  demo["biases"] = json::array({{{"kind", "caption"},
                                 {"species", demo["species"][0]["name"]},
                                 {"caption", "(c) Nobody"},
                                 {"strength", 0.8}}});
  const fs::path path = folder / "small.json";
  std::ofstream(path) << demo.dump();
  return path.string();
}

TrainOptions small_training(const Folder& folder, const char* output) {
  TrainOptions options;
  options.description = small_description(folder.path);
  options.output = (folder.path / output).string();
  options.train_photos = 4;
  options.test_photos = 2;
  options.epochs = 2;
  options.batch = 4;
  options.cue_photos = 2;
  options.exchange_photos = 2;
  return options;
}

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("the network learns, keeps its running statistics, and is the same when loaded",
          "[train]") {
  const Folder folder("network");
  const torch::jit::GraphOptimizerEnabledGuard no_optimizer(false);
  torch::jit::Module network = make_network(5, Random(1, 2));
  const torch::Tensor input = torch::randn({4, 3, kNetworkSide, kNetworkSide});
  network.train();
  const torch::Tensor before =
      network.attr("stem").toModule().attr("bn").toModule().attr("running_mean").toTensor().clone();
  const torch::Tensor loss = network.forward({input}).toTensor().square().sum();
  loss.backward();
  for (const auto& parameter : network.named_parameters()) {
    INFO(parameter.name);
    REQUIRE(parameter.value.grad().defined());
    REQUIRE(parameter.value.grad().abs().sum().item<float>() > 0);
  }
  const torch::Tensor after =
      network.attr("stem").toModule().attr("bn").toModule().attr("running_mean").toTensor();
  REQUIRE((after - before).abs().max().item<float>() > 0);

  network.eval();
  const torch::NoGradGuard no_gradients;
  const torch::Tensor logits = network.forward({input}).toTensor();
  REQUIRE(logits.sizes() == at::IntArrayRef({4, 5}));
  // In evaluation a photo's logits do not depend on its neighbours in the batch.
  REQUIRE(torch::allclose(network.forward({input.slice(0, 0, 1)}).toTensor(), logits.slice(0, 0, 1),
                          1e-4, 1e-5));
  const std::string path = (folder.path / "model.pt").string();
  network.save(path);
  torch::jit::Module loaded = torch::jit::load(path);
  REQUIRE(torch::equal(loaded.forward({input}).toTensor(), logits));
}

TEST_CASE("training writes a model, its card and its report, the same twice", "[train]") {
  const Folder folder("twice");
  TrainOptions options = small_training(folder, "a");
  const TrainSummary summary = train_world(options);
  REQUIRE(summary.parameters > 300000);
  REQUIRE(summary.biases.size() == 1);
  CHECK_FALSE(summary.biases[0].has_twin);
  const ModelCard card = read_card((fs::path(options.output) / "model.json").string());
  REQUIRE(card.labels ==
          std::vector<std::string>{"Silvaria simplex", "Silvaria annulata", "Silvaria alternata"});
  REQUIRE(card.layer == "stage2.1");
  REQUIRE(card.deep_layer == "stage3.1");

  options.output = (folder.path / "b").string();
  options.threads = 2;
  options.twin = (folder.path / "a" / "model.pt").string();
  const TrainSummary again = train_world(options);
  REQUIRE(bytes_of(folder.path / "a" / "model.json") == bytes_of(folder.path / "b" / "model.json"));
  REQUIRE(again.train_loss == summary.train_loss);
  REQUIRE(again.biases[0].has_twin);
  REQUIRE(again.biases[0].learned() == Approx(0).margin(1e-6));  // a twin of the same weights
  const json report = json::parse(bytes_of(folder.path / "b" / "report.json"));
  REQUIRE(report["accuracy"]["photos"] == 6);
  REQUIRE(report["accuracy"]["pairs"].size() == 3);
  REQUIRE(report["exchanges"].size() == 8);

  CHECK_THROWS_AS(train_world(options), FileError);
  options.measure_only = true;
  train_world(options);
  REQUIRE(json::parse(bytes_of(folder.path / "b" / "report.json")) == report);
  options.twin = "CMakeLists.txt";
  CHECK_THROWS_AS(train_world(options), FileError);
}

TEST_CASE("the shipped networks know the species that are rendered now", "[train]") {
  const Description demo = load_description("data/world/demo.json");
  constexpr int kEach = 4;
  std::vector<Shot> shots;
  for (int s = 0; s < static_cast<int>(demo.species.size()); ++s) {
    for (int i = 0; i < kEach; ++i)
      shots.push_back({make_scene(demo, 99, s, kFirstTestPhoto + 3 * i, Variant::clean), {}});
  }
  const std::vector<cv::Mat> photos = take_photos(shots, shrink_photo, 1, "rendering", {});
  for (const char* variant : {"clean", "biased"}) {
    INFO(variant);
    const std::string folder = std::string("data/world/") + variant;
    const ModelCard card = read_card(folder + "/model.json");
    REQUIRE(card.labels.size() == demo.species.size());
    for (std::size_t s = 0; s < demo.species.size(); ++s)
      REQUIRE(card.labels[s] == demo.species[s].name);
    torch::jit::Module network = torch::jit::load(folder + "/model.pt");
    const torch::Tensor best = logits_of(network, photos).argmax(1);
    int right = 0;
    for (std::size_t i = 0; i < photos.size(); ++i)
      right += best[static_cast<std::int64_t>(i)].item<std::int64_t>() ==
               static_cast<std::int64_t>(i / kEach);
    // The biased network misses the cues that it learned: these photos carry none.
    REQUIRE(right >= (folder.back() == 'n' ? 0.93 : 0.84) * static_cast<double>(photos.size()));
  }
}

#include "tools/world/train/train.h"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include <fmt/format.h>
#include <torch/nn/functional/loss.h>
#include <torch/optim/adamw.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tools/world/invent.h"
#include "tools/world/train/measure_torch.h"

namespace differentia::world {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

std::vector<Shot> plan_shots(const Description& description, const TrainOptions& options, int first,
                             int each, Variant variant) {
  std::vector<Shot> shots;
  for (std::size_t s = 0; s < description.species.size(); ++s) {
    for (int i = 0; i < each; ++i)
      shots.push_back(
          {make_scene(description, options.seed, static_cast<int>(s), first + i, variant), {}});
  }
  return shots;
}

// One cycle (Smith 2018): up over the first tenth, then down a cosine.
double one_cycle(double peak, std::int64_t step, std::int64_t steps) {
  const double at = static_cast<double>(step) / static_cast<double>(steps), rise = 0.1;
  if (at < rise) return peak * (0.05 + 0.95 * at / rise);
  return peak * (0.002 + 0.998 * 0.5 * (1 + std::cos(M_PI * (at - rise) / (1 - rise))));
}

// Trains in place; answers the mean loss of the last epoch.
double fit(torch::jit::Module& network, const std::vector<cv::Mat>& photos, int each,
           const TrainOptions& options, const ProgressCallback& progress) {
  std::vector<torch::Tensor> decayed, plain;
  for (const torch::Tensor& parameter : network.parameters())
    (parameter.dim() > 1 ? decayed : plain).push_back(parameter);
  const auto group = [&](const std::vector<torch::Tensor>& parameters, double decay) {
    return torch::optim::OptimizerParamGroup(
        parameters, std::make_unique<torch::optim::AdamWOptions>(
                        torch::optim::AdamWOptions(options.learning_rate).weight_decay(decay)));
  };
  torch::optim::AdamW optimizer({group(decayed, 0.02), group(plain, 0)});
  std::vector<std::size_t> order(photos.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto batch = static_cast<std::size_t>(options.batch);
  const std::size_t batches = photos.size() / batch;
  const auto steps = static_cast<std::int64_t>(batches) * options.epochs;
  std::int64_t step = 0;
  double loss_sum = 0;
  network.train();
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    Random shuffling(options.seed, stream_id("shuffle"), static_cast<std::uint32_t>(epoch));
    shuffling.shuffle(order);
    loss_sum = 0;
    for (std::size_t b = 0; b < batches; ++b) {
      report(progress, {"training", step, steps, "batches",
                        fmt::format("epoch {} of {}", epoch + 1, options.epochs)});
      std::vector<cv::Mat> some;
      std::vector<std::int64_t> labels;
      for (std::size_t i = b * batch; i < (b + 1) * batch; ++i) {
        Random change(
            options.seed, stream_id("augment"),
            static_cast<std::uint32_t>(static_cast<std::size_t>(epoch) * photos.size() + i));
        some.push_back(augment(photos[order[i]], change));
        labels.push_back(static_cast<std::int64_t>(order[i]) / each);
      }
      for (auto& parameters : optimizer.param_groups())
        static_cast<torch::optim::AdamWOptions&>(parameters.options())
            .lr(one_cycle(options.learning_rate, step, steps));
      optimizer.zero_grad();
      const torch::Tensor logits = network.forward({to_batch(some)}).toTensor();
      const torch::Tensor loss = torch::nn::functional::cross_entropy(
          logits, torch::tensor(labels),
          torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(0.05));
      loss.backward();
      optimizer.step();
      loss_sum += loss.item<double>();
      ++step;
    }
  }
  report(progress, {"training", steps, steps, "batches", {}});
  return loss_sum / static_cast<double>(std::max<std::size_t>(1, batches));
}

void check(const TrainOptions& options) {
  if (options.output.empty()) throw InputError("output: name the folder to write the model to");
  if (options.train_photos < 1 || options.test_photos < 1 || options.epochs < 1 ||
      options.batch < 2)
    throw InputError(
        "training needs at least one photo a species to train and one to test, one epoch and "
        "batches of two");
  if (options.cue_photos < 1 || options.exchange_photos < 1)
    throw InputError("measuring needs at least one photo for each cue and each part");
  if (options.threads < 1) throw InputError("threads must be at least 1");
  if (fs::exists(fs::path(options.output) / "model.pt") && !options.replace &&
      !options.measure_only)
    throw FileError(
        options.output,
        fmt::format("{}: holds a model already; choose another folder or give --replace",
                    options.output));
}

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file)
    throw FileError(
        path.string(),
        fmt::format("{}: cannot be written; choose another folder or free it", path.string()));
}

ordered_json card_json(const Description& description, const TrainOptions& options) {
  ordered_json labels = ordered_json::array();
  for (const Species& species : description.species) labels.push_back(species.name);
  return {{"name", fmt::format("{} world, {}", description.name, variant_name(options.variant))},
          {"labels", labels},
          {"head", "logits"},
          {"input",
           {{"width", kNetworkSide},
            {"height", kNetworkSide},
            {"fit", "stretch"},
            {"interpolation", "bilinear"},
            {"antialias", true},
            {"order", "RGB"},
            {"mean", {0.5, 0.5, 0.5}},
            {"std", {0.25, 0.25, 0.25}}}},
          {"layer", "stage2.1"},
          {"deep_layer", "stage3.1"}};
}

torch::jit::Module load_network(const std::string& path, const Description& description) {
  try {
    torch::jit::Module network = torch::jit::load(path);
    network.eval();
    const torch::NoGradGuard no_gradients;
    const torch::Tensor logits =
        network.forward({torch::zeros({1, 3, kNetworkSide, kNetworkSide})}).toTensor();
    if (logits.size(1) != static_cast<std::int64_t>(description.species.size()))
      throw FileError(
          path,
          fmt::format(
              "{}: has {} outputs where the description has {} species; name a model of this world",
              path, logits.size(1), description.species.size()));
    return network;
  } catch (const c10::Error&) {
    throw FileError(
        path,
        fmt::format(
            "{}: is not a TorchScript model of a demo world; name one that this program trained",
            path));
  }
}

void save_network(const torch::jit::Module& network, const fs::path& path) {
  try {
    network.save(path.string());
  } catch (const c10::Error&) {
    throw FileError(
        path.string(),
        fmt::format("{}: cannot be written; choose another folder or free it", path.string()));
  }
}

// What the report beside a model says of its training; null where there is none.
ordered_json earlier_training(const fs::path& folder) {
  std::ifstream file(folder / "report.json");
  const ordered_json report = ordered_json::parse(file, nullptr, false);
  return report.is_object() && report.contains("training") ? report["training"] : ordered_json();
}

double round3(double value) {
  return std::round(value * 1000) / 1000;
}

ordered_json biases_json(const std::vector<LearnedBias>& biases) {
  ordered_json out = ordered_json::array();
  for (const LearnedBias& bias : biases) {
    ordered_json entry = {{"kind", bias.kind}, {"species", bias.species}};
    if (!bias.value.empty()) entry["value"] = bias.value;
    entry["planted"] = bias.strength;
    entry["effect"] = round3(bias.effect);
    if (bias.has_twin) {
      entry["twin_effect"] = round3(bias.twin_effect);
      entry["learned"] = round3(bias.learned());
    }
    out.push_back(entry);
  }
  return out;
}

}  // namespace

TrainSummary train_world(const TrainOptions& options, const ProgressCallback& progress) {
  check(options);
  const Description description = description_of(options.description, options.invent);
  const fs::path folder = options.output;
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    throw FileError(options.output, fmt::format("{}: cannot be made ({}); choose another folder",
                                                options.output, failed.message()));
  torch::jit::Module twin;
  if (!options.twin.empty()) twin = load_network(options.twin, description);
  // The plain interpreter: the profiling executor recompiles and breaks gradients between runs.
  const torch::jit::GraphOptimizerEnabledGuard no_optimizer(false);

  TrainSummary summary;
  torch::jit::Module network;
  ordered_json training;
  if (options.measure_only) {
    network = load_network((folder / "model.pt").string(), description);
    training = earlier_training(folder);
  } else {
    const std::vector<cv::Mat> photos =
        take_photos(plan_shots(description, options, 0, options.train_photos, options.variant),
                    shrink_photo, options.threads, "rendering photos to train on", progress);
    network = make_network(static_cast<int>(description.species.size()),
                           Random(options.seed, stream_id("weights")));
    const auto start = std::chrono::steady_clock::now();
    summary.train_loss = fit(network, photos, options.train_photos, options, progress);
    summary.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    network.eval();
    save_network(network, folder / "model.pt");
    write_text(folder / "model.json", card_json(description, options).dump(1) + "\n");
    training = {{"photos", options.train_photos},
                {"epochs", options.epochs},
                {"batch", options.batch},
                {"learning_rate", options.learning_rate},
                {"loss", round3(summary.train_loss)}};
  }
  for (const torch::Tensor& parameter : network.parameters())
    summary.parameters += parameter.numel();

  const std::vector<cv::Mat> test_photos = take_photos(
      plan_shots(description, options, kFirstTestPhoto, options.test_photos, Variant::clean),
      shrink_photo, options.threads, "rendering photos to test with", progress);
  const Accuracy accuracy =
      measure_accuracy(network, description, test_photos, options.test_photos);
  summary.accuracy = accuracy.top1;
  summary.accuracy_apart = accuracy.apart;
  summary.biases = measure_biases(network, options.twin.empty() ? nullptr : &twin, description,
                                  options, progress);
  const ordered_json measured = {
      {"world", description.name},
      {"variant", variant_name(options.variant)},
      {"seed", options.seed},
      {"parameters", summary.parameters},
      {"training", training},
      {"accuracy", accuracy.json},
      {"biases", biases_json(summary.biases)},
      {"exchanges", measure_exchanges(network, description, options, progress)}};
  write_text(folder / "report.json", measured.dump(1) + "\n");
  return summary;
}

}  // namespace differentia::world

#include "tools/bench/saliency_speed.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "atlas/photo_set.h"
#include "base/error.h"
#include "base/image/photo.h"
#include "base/statistics.h"
#include "explain/forward_session.h"
#include "explain/preprocess.h"
#include "explain/saliency/session.h"
#include "tools/bench/command_output.h"
#include "tools/bench/taps.h"

namespace differentia {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

SaliencyOptions way(const std::string& method, const std::string& option, int value) {
  SaliencyOptions options;
  options.method = method;
  if (!option.empty()) options.options[option] = std::to_string(value);
  if (method == "rise") options.options["settled"] = "1";  // all masks
  return options;
}

// Photos a second through one network, bare and by methods.
class SpeedTimer {
 public:
  SpeedTimer(std::shared_ptr<const Model> model, const Photo& photo, int threads)
      : model_(std::move(model)),
        photo_(photo),
        threads_(threads),
        session_(model_, kBatch, threads) {
    const InputSpec& spec = model_->card().input;
    input_.resize(static_cast<std::size_t>(3) * spec.size.width * spec.size.height);
    preprocess(photo_, spec, input_);
  }

  // The folded graph to the outputs: a session a thread, each with batches that lie ready.
  double bare(int batch, int photos) const {
    std::vector<float> inputs;
    for (int i = 0; i < batch; ++i) inputs.insert(inputs.end(), input_.begin(), input_.end());
    const int batches = std::max(threads_, photos / batch);
    std::atomic<int> ready{0}, next{0};
    std::atomic<bool> go{false};
    std::vector<std::thread> workers;
    for (int t = 0; t < threads_; ++t) {
      workers.emplace_back([&] {
        ForwardOptions options;
        options.batch = batch;
        ForwardSession session(model_, options);
        session.run(inputs, batch);  // makes ready what is made once
        ++ready;
        while (!go) std::this_thread::yield();
        while (next++ < batches) session.run(inputs, batch);
      });
    }
    while (ready < threads_) std::this_thread::yield();
    const double start = now();
    go = true;
    for (std::thread& worker : workers) worker.join();
    return batches * batch / (now() - start);
  }

  // Everything that a call does, its decoded photo's preprocessing included.
  double method(const SaliencyOptions& options) {
    const double start = now();
    const Saliency saliency = session_.run(photo_, Target::output(0), options);
    return saliency.forward_passes / (now() - start);
  }

  const Model& model() const { return *model_; }

 private:
  static constexpr int kBatch = 16;  // SaliencySession's own
  std::shared_ptr<const Model> model_;
  const Photo& photo_;
  int threads_;
  SaliencySession session_;
  std::vector<float> input_;
};

std::vector<BenchRow> speed_rows(SpeedTimer& timer, const std::string& name, int rounds,
                                 const ProgressCallback& progress) {
  report(progress, {"measuring saliency's speed", 0, rounds, "rounds", name});
  int best_batch = 0;
  double best = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    for (const int batch : {1, 2, 4, 8, 16, 32}) {
      const double rate = timer.bare(batch, 128);
      if (rate > best) best = rate, best_batch = batch;
    }
  }
  // A few seconds a measurement, and enough passes for the workers' last batches not to matter.
  const int passes = std::clamp(static_cast<int>(best * 2), 512, 4000);
  const std::vector<std::pair<std::string, SaliencyOptions>> ways{
      {"RISE", way("rise", "masks", passes)},
      {"occlusion", way("occlusion", "", 0)},
      {"Score-CAM", way("score-cam", "channels", passes)}};
  std::vector<std::vector<double>> shares(ways.size()), rates(ways.size());
  std::vector<double> bare;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t w = 0; w < ways.size(); ++w) {
      report(progress, {"measuring saliency's speed", round, rounds, "rounds", name});
      // Bare before and after, as other work on the machine comes and goes.
      const double before = timer.bare(best_batch, passes / 2);
      rates[w].push_back(timer.method(ways[w].second));
      const double after = timer.bare(best_batch, passes / 2);
      bare.push_back(2 / (1 / before + 1 / after));
      shares[w].push_back(rates[w].back() / bare.back());
    }
  }
  std::vector<BenchRow> rows;
  for (std::size_t w = 0; w < ways.size(); ++w) {
    BenchRow row;
    row.name = ways[w].first + ", " + name + ": share of the bare forward's speed";
    row.value = quantile(shares[w], 0.5);
    row.target = 0.9;
    row.reached = row.value >= 0.9;
    row.n = fmt::format(
        "{:.0f} of {:.0f} photos a second at batches of {}, {} rounds {:.2f} to "
        "{:.2f}",
        quantile(rates[w], 0.5), quantile(bare, 0.5), best_batch, rounds,
        *std::min_element(shares[w].begin(), shares[w].end()),
        *std::max_element(shares[w].begin(), shares[w].end()));
    rows.push_back(row);
  }
  return rows;
}

// The most that the process has held since the last call, bytes (Linux); starts anew.
double peak_memory() {
  std::ifstream status("/proc/self/status");
  std::string word;
  double kilobytes = 0;
  while (status >> word) {
    if (word == "VmHWM:") status >> kilobytes;
  }
  std::ofstream("/proc/self/clear_refs") << "5";
  return 1024 * kilobytes;
}

BenchRow memory_row(SpeedTimer& timer) {
  const auto peak = [&](int masks) {
    peak_memory();
    timer.method(way("rise", "masks", masks));
    return peak_memory();
  };
  peak(1000);  // what is allocated once
  const double fewer = peak(1000), more = peak(4000);
  const Size size = timer.model().card().input.size;
  BenchRow row;
  row.name = "RISE: peak memory with 4000 masks less that with 1000";
  row.value = (more - fewer) / 1e6;
  row.unit = "MB";
  row.target = 8;
  row.reached = row.value < 8;
  row.n = fmt::format("{:.0f} and {:.0f} MB; 3000 masks of {}×{} would be {:.0f} MB", more / 1e6,
                      fewer / 1e6, size.width, size.height,
                      3000.0 * 4 * size.width * size.height / 1e6);
  return row;
}

BenchRow python_row(const SaliencySpeedOptions& options, const std::string& photo_path,
                    const Photo& photo, const ProgressCallback& progress) {
  report(progress, {"measuring saliency's speed", 0, 0, "", "Python"});
  constexpr int kMasks = 1024;
  std::filesystem::create_directories(options.scratch);
  output_of(fmt::format("'{}' -W ignore '{}' export '{}'", options.python, options.script,
                        options.scratch));
  SpeedTimer timer(Model::load(options.scratch + "/model.pt"), photo, options.threads);
  timer.method(way("rise", "masks", 64));
  std::vector<double> ratios, ours, theirs;
  for (int round = 0; round < options.rounds; ++round) {
    const double start = now();
    timer.method(way("rise", "masks", kMasks));
    ours.push_back(now() - start);
    const std::string text =
        output_of(fmt::format("OMP_WAIT_POLICY=passive '{}' -W ignore '{}' run '{}' {} {}",
                              options.python, options.script, photo_path, kMasks, options.threads));
    const auto python = nlohmann::json::parse(text, nullptr, false);
    if (python.is_discarded())
      throw InputError("RISE in Python did not run; install python3-torchvision.");
    theirs.push_back(python["seconds"].get<double>());
    ratios.push_back(theirs.back() / ours.back());
  }
  BenchRow row;
  row.name = "Python way / ours: RISE";
  row.value = quantile(ratios, 0.5);
  row.unit = "×";
  row.target = 2;
  row.reached = row.value >= 2;
  row.n = fmt::format(
      "{:.1f} s / {:.1f} s; MobileNetV2, {} masks, {} threads, {} rounds {:.2f} to "
      "{:.2f}",
      quantile(theirs, 0.5), quantile(ours, 0.5), kMasks, options.threads, options.rounds,
      *std::min_element(ratios.begin(), ratios.end()),
      *std::max_element(ratios.begin(), ratios.end()));
  return row;
}

}  // namespace

std::vector<BenchRow> bench_saliency_speed(const SaliencySpeedOptions& options,
                                           const ProgressCallback& progress) {
  namespace fs = std::filesystem;
  const PhotoSet set = read_photo_set(options.photos);
  const std::string path = (fs::path(set.root) / set.photos.front().path).string();
  const Photo photo = decode_photo(path);
  SpeedTimer demo(Model::load(options.model), photo, options.threads);
  std::vector<BenchRow> rows = speed_rows(demo, "demo network", options.rounds, progress);
  rows.push_back(memory_row(demo));
  const bool pets = fs::exists(options.pets + "/model.pt");
  SpeedTimer large(Model::load(pets ? options.pets + "/model.pt"
                                    : test_models_folder() + "/resnet18.scripted.pt"),
                   photo, options.threads);
  const auto of_large =
      speed_rows(large, pets ? "MobileNetV2" : "ResNet-18", options.rounds, progress);
  rows.insert(rows.end(), of_large.begin(), of_large.end());
  rows.push_back(python_row(options, path, photo, progress));
  return rows;
}

}  // namespace differentia

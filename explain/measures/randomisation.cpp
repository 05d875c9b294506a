#include "explain/measures/randomisation.h"

#include <atomic>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <unistd.h>

#include "base/error.h"
#include "base/random.h"
#include "explain/model_impl_torch.h"

namespace differentia {

namespace {

namespace fs = std::filesystem;

// A folder that goes when this does.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static std::atomic<int> count{0};
    path_ = fs::temp_directory_path() /
            ("differentia_redrawn_" + std::to_string(getpid()) + "_" + std::to_string(count++));
    std::error_code error;
    fs::create_directories(path_, error);
    if (error) {
      throw FileError(path_.string(), "Cannot write to " + path_.string() + " (" + error.message() +
                                          "): set TMPDIR to a folder that can.");
    }
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

// The name of the module that a parameter is a part of: "features.0.weight" → "features.0".
std::string module_of(const std::string& parameter) {
  const auto dot = parameter.rfind('.');
  return dot == std::string::npos ? "" : parameter.substr(0, dot);
}

// The last module in the order of execution that has parameters of its own.
std::string last_module(const Model& model, const std::set<std::string>& modules) {
  const auto& layers = model.layers();
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    const std::string path = layer->path.substr(0, layer->path.find('#'));
    if (modules.count(path) > 0) return path;
  }
  return modules.empty() ? "" : *modules.rbegin();
}

void redraw(at::Tensor values, const std::string& name, std::uint64_t seed) {
  const auto exact = values.detach().to(at::kCPU, at::kDouble).contiguous();
  const double mean = exact.mean().item<double>();
  const double deviation = exact.std(/*unbiased=*/false).item<double>();
  auto drawn = at::empty_like(exact);
  double* numbers = drawn.data_ptr<double>();
  Random random(seed, stream_id("redrawn weights"), stream_id(name));
  for (std::int64_t i = 0; i < drawn.numel(); ++i) numbers[i] = mean + deviation * random.normal();
  const torch::NoGradGuard no_grad;
  values.copy_(drawn);
}

}  // namespace

std::shared_ptr<const Model> redrawn_model(const Model& model, Redraw which, std::uint64_t seed) {
  const Network& network = model.impl().network;
  auto module = torch::jit::load(model.path());
  std::set<std::string> modules;
  for (const auto& parameter : module.named_parameters()) modules.insert(module_of(parameter.name));
  if (modules.empty()) {
    throw InputError("The model " + model.path() +
                     " has no parameters that could be drawn anew (its weights may have been saved "
                     "as buffers or constants): save it with torch.jit.script(model).save(…).");
  }
  const std::string head = last_module(model, modules);
  for (const auto& parameter : module.named_parameters()) {
    if (which == Redraw::kHead && module_of(parameter.name) != head) continue;
    if (parameter.value.is_floating_point()) redraw(parameter.value, parameter.name, seed);
  }
  const TemporaryFolder folder;
  module.save(folder.file("model.pt"));
  ModelCard card = model.card();
  card.defaults.clear();
  std::ofstream(folder.file("model.json")) << card_json(card);
  ModelOptions options;
  options.device = network.device.str();
  options.double_precision = network.dtype == at::kDouble;
  return Model::load(folder.file("model.pt"), options);
}

}  // namespace differentia

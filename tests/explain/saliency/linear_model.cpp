#include "tests/explain/saliency/linear_model.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include <torch/script.h>

#include "base/random.h"

namespace differentia {

LinearModel linear_model(Size size) {
  const std::int64_t inputs = std::int64_t{3} * size.width * size.height;
  LinearModel linear;
  linear.bias = {0.75, -0.5};
  linear.weights.resize(2);
  Random random(11);
  auto weights = at::empty({2, inputs}, at::kFloat);
  for (int output = 0; output < 2; ++output) {
    for (std::int64_t i = 0; i < inputs; ++i) {
      const auto weight = static_cast<float>(random.normal() / std::sqrt(inputs));
      linear.weights[static_cast<std::size_t>(output)].push_back(weight);
      weights[output][i] = weight;
    }
  }
  // A layer with a grid, as a classifier must have: half the input; the weights make up for it.
  torch::jit::Module layer("Layer"), network("Linear");
  layer.register_parameter("kernel", 0.5 * at::eye(3).view({3, 3, 1, 1}), false);
  layer.define("def forward(self, x):\n  return torch.conv2d(x, self.kernel)\n");
  network.register_module("layer", layer);
  network.register_parameter("weights", 2 * weights.t().contiguous(), false);
  network.register_parameter(
      "bias", at::tensor({static_cast<float>(linear.bias[0]), static_cast<float>(linear.bias[1])}),
      false);
  network.define(
      "def forward(self, x):\n"
      "  return torch.addmm(self.bias, torch.flatten(self.layer.forward(x), 1), self.weights)\n");
  const std::string path = std::filesystem::temp_directory_path() /
                           ("differentia_linear_" + std::to_string(getpid()) + ".pt");
  network.save(path);
  const std::string card = path + ".json";
  std::ofstream(card) << R"({"input": {"width": )" << size.width << R"(, "height": )" << size.height
                      << R"(, "fit": "stretch", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}})";
  ModelOptions options;
  options.card = card;
  linear.model = Model::load(path, options);
  std::filesystem::remove(path);
  std::filesystem::remove(card);
  return linear;
}

}  // namespace differentia

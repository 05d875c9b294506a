#include "tests/explain/measures/patch_model.h"

#include <filesystem>
#include <fstream>

#include <torch/script.h>

#include <unistd.h>

namespace differentia {

std::string save_patch_model(const std::string& name, double gain, double bias, bool bare) {
  namespace jit = torch::jit;
  // More numbers than one a colour, so that they have a deviation.
  auto weight = at::empty({1, 3, 1, 1});
  weight[0][0] = 0.5 * gain;
  weight[0][1] = 0.3 * gain;
  weight[0][2] = 0.2 * gain;
  jit::Module features("PatchFeatures");
  if (bare)
    features.register_buffer("weight", weight);
  else
    features.register_parameter("weight", weight, false);
  features.register_buffer("shift", at::full({1, 1, 1, 1}, bias));
  features.define("def forward(self, x):\n  return torch.conv2d(x, self.weight) + self.shift\n");
  jit::Module network("Patch");
  network.register_module("features", features);
  network.define(
      "def forward(self, x):\n"
      "  z = self.features.forward(x)[:, :, 4:8, 4:8].mean([2, 3])\n"
      "  return torch.cat([z, torch.zeros_like(z), torch.zeros_like(z)], 1)\n");
  const auto folder = std::filesystem::temp_directory_path() /
                      ("differentia_measures_test_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const std::string path = (folder / (name + ".pt")).string();
  network.save(path);
  std::ofstream(folder / (name + ".json"))
      << R"({"input": {"width": 16, "height": 16, "fit": "stretch", "mean": [0, 0, 0],
             "std": [1, 1, 1]}, "layer": "features", "deep_layer": "features"})";
  return path;
}

}  // namespace differentia

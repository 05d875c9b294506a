#include "tools/world/train/network_torch.h"

#include <cmath>

#include <ATen/Functions.h>
#include <fmt/format.h>

#include "tools/world/train/photos.h"

namespace differentia::world {

namespace {

using torch::jit::Module;

class Builder {
 public:
  Builder(int classes, Random random)
      : unit_(std::make_shared<torch::jit::CompilationUnit>()),
        classes_(classes),
        random_(random) {}

  Module build() {
    Module network = make("Network");
    network.register_module("stem", stem(3, 24));
    network.register_module("stage1", stage(24, 24));
    network.register_module("stage2", stage(24, 48));
    network.register_module("stage3", stage(48, 96));
    Module pool = make("Pool");
    pool.define("def forward(self, x: Tensor) -> Tensor:\n  return torch.mean(x, [2, 3])\n");
    network.register_module("pool", pool);
    network.register_module("head", linear(96, classes_));
    network.define(
        "def forward(self, x: Tensor) -> Tensor:\n"
        "  x = self.stem.forward(x)\n"
        "  x = self.stage1.forward(x)\n"
        "  x = self.stage2.forward(x)\n"
        "  x = self.stage3.forward(x)\n"
        "  return self.head.forward(self.pool.forward(x))\n");
    return network;
  }

 private:
  Module make(const std::string& type) {
    Module module(c10::QualifiedName("__torch__.differentia." + type), unit_, true);
    module.register_attribute("training", c10::BoolType::get(), true);
    return module;
  }

  torch::Tensor normal(std::vector<std::int64_t> shape, double deviation) {
    torch::Tensor values = torch::empty(shape);
    float* out = values.data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i)
      out[i] = static_cast<float>(deviation * random_.normal());
    return values.requires_grad_(true);
  }

  Module convolution(int in, int out, int kernel, int stride) {
    Module module = make("Convolution");
    const double fan_out = out * kernel * kernel;
    module.register_parameter("weight", normal({out, in, kernel, kernel}, std::sqrt(2 / fan_out)),
                              false);
    module.define(fmt::format(
        "def forward(self, x: Tensor) -> Tensor:\n"
        "  return torch.conv2d(x, self.weight, None, [{0}, {0}], [{1}, {1}], [1, 1], 1)\n",
        stride, kernel / 2));
    return module;
  }

  Module batch_norm(int channels) {
    Module module = make("BatchNorm");
    module.register_parameter("weight", torch::ones({channels}).requires_grad_(true), false);
    module.register_parameter("bias", torch::zeros({channels}).requires_grad_(true), false);
    module.register_buffer("running_mean", torch::zeros({channels}));
    module.register_buffer("running_var", torch::ones({channels}));
    module.define(
        "def forward(self, x: Tensor) -> Tensor:\n"
        "  return torch.batch_norm(x, self.weight, self.bias, self.running_mean, "
        "self.running_var,\n"
        "                          self.training, 0.1, 1e-05, False)\n");
    return module;
  }

  Module stem(int in, int out) {
    Module module = make("Stem");
    module.register_module("conv", convolution(in, out, 3, 2));
    module.register_module("bn", batch_norm(out));
    module.define(
        "def forward(self, x: Tensor) -> Tensor:\n"
        "  return torch.relu(self.bn.forward(self.conv.forward(x)))\n");
    return module;
  }

  Module shortcut(int in, int out) {
    Module module = make("Shortcut");
    module.register_module("conv", convolution(in, out, 1, 2));
    module.register_module("bn", batch_norm(out));
    module.define(
        "def forward(self, x: Tensor) -> Tensor:\n"
        "  return self.bn.forward(self.conv.forward(x))\n");
    return module;
  }

  Module block(int in, int out, int stride) {
    Module module = make("Block");
    module.register_module("conv1", convolution(in, out, 3, stride));
    module.register_module("bn1", batch_norm(out));
    module.register_module("conv2", convolution(out, out, 3, 1));
    module.register_module("bn2", batch_norm(out));
    if (stride > 1) module.register_module("shortcut", shortcut(in, out));
    module.define(
        fmt::format("def forward(self, x: Tensor) -> Tensor:\n"
                    "  y = torch.relu(self.bn1.forward(self.conv1.forward(x)))\n"
                    "  y = self.bn2.forward(self.conv2.forward(y))\n"
                    "  return torch.relu(y + {})\n",
                    stride > 1 ? "self.shortcut.forward(x)" : "x"));
    return module;
  }

  Module stage(int in, int out) {
    Module module = make("Stage");
    module.register_module("0", block(in, out, 2));
    module.register_module("1", block(out, out, 1));
    module.define(
        "def forward(self, x: Tensor) -> Tensor:\n"
        "  return getattr(self, \"1\").forward(getattr(self, \"0\").forward(x))\n");
    return module;
  }

  Module linear(int in, int out) {
    Module module = make("Linear");
    module.register_parameter("weight", normal({out, in}, 0.01), false);
    module.register_parameter("bias", torch::zeros({out}).requires_grad_(true), false);
    module.define(
        "def forward(self, x: Tensor) -> Tensor:\n"
        "  return torch.linear(x, self.weight, self.bias)\n");
    return module;
  }

  std::shared_ptr<torch::jit::CompilationUnit> unit_;
  int classes_;
  Random random_;
};

}  // namespace

torch::jit::Module make_network(int classes, Random random) {
  return Builder(classes, random).build();
}

torch::Tensor to_batch(const std::vector<cv::Mat>& photos) {
  const std::int64_t side = kNetworkSide;
  torch::Tensor batch = torch::empty({static_cast<std::int64_t>(photos.size()), 3, side, side});
  float* out = batch.data_ptr<float>();
  for (const cv::Mat& photo : photos) {
    for (int y = 0; y < kNetworkSide; ++y) {
      const auto* row = photo.ptr<cv::Vec3b>(y);
      for (int x = 0; x < kNetworkSide; ++x) {
        for (int c = 0; c < 3; ++c)
          out[c * side * side + y * side + x] =
              (static_cast<float>(row[x][2 - c]) / 255 - 0.5f) / 0.25f;
      }
    }
    out += 3 * side * side;
  }
  return batch;
}

torch::Tensor logits_of(torch::jit::Module& network, const std::vector<cv::Mat>& photos) {
  const torch::NoGradGuard no_gradients;
  network.eval();
  std::vector<torch::Tensor> out;
  constexpr std::size_t kBatch = 64;
  for (std::size_t i = 0; i < photos.size(); i += kBatch) {
    const std::vector<cv::Mat> some(
        photos.begin() + static_cast<std::ptrdiff_t>(i),
        photos.begin() + static_cast<std::ptrdiff_t>(std::min(i + kBatch, photos.size())));
    out.push_back(network.forward({to_batch(some)}).toTensor());
  }
  return torch::cat(out);
}

cv::Mat shrink_photo(const cv::Mat& photo) {
  const torch::NoGradGuard no_gradients;
  torch::Tensor pixels = torch::empty({1, 3, photo.rows, photo.cols});
  float* out = pixels.data_ptr<float>();
  const std::int64_t area = static_cast<std::int64_t>(photo.rows) * photo.cols;
  for (int y = 0; y < photo.rows; ++y) {
    const auto* row = photo.ptr<cv::Vec3b>(y);
    for (int x = 0; x < photo.cols; ++x) {
      for (int c = 0; c < 3; ++c)
        out[c * area + static_cast<std::int64_t>(y) * photo.cols + x] = row[x][c];
    }
  }
  const torch::Tensor small = at::_upsample_bilinear2d_aa(pixels, {kNetworkSide, kNetworkSide},
                                                          false, c10::nullopt, c10::nullopt);
  cv::Mat result(kNetworkSide, kNetworkSide, CV_8UC3);
  const auto values = small.accessor<float, 4>();
  for (int y = 0; y < kNetworkSide; ++y) {
    for (int x = 0; x < kNetworkSide; ++x) {
      for (int c = 0; c < 3; ++c)
        result.at<cv::Vec3b>(y, x)[c] = cv::saturate_cast<std::uint8_t>(values[0][c][y][x]);
    }
  }
  return result;
}

}  // namespace differentia::world

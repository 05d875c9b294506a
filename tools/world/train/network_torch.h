#pragma once

// The demo world's network as a TorchScript module that can be trained. Private to this folder:
// includes LibTorch.

#include <vector>

#include <torch/script.h>
#include <opencv2/core.hpp>

#include "base/random.h"

namespace differentia::world {

// Three stages of two residual blocks of 24, 48 and 96 channels (He et al. 2016, "basic" blocks
// with batch norm) behind a stem of stride 2; global average pool; one linear layer. Weights drawn
// from `random` (He et al. 2015).
torch::jit::Module make_network(int classes, Random random);

// Photos (CV_8UC3, blue, green, red, of the network's side) as an input batch: RGB, mean 0.5,
// standard deviation 0.25.
torch::Tensor to_batch(const std::vector<cv::Mat>& photos);

// Logits (photos × classes) in evaluation mode.
torch::Tensor logits_of(torch::jit::Module& network, const std::vector<cv::Mat>& photos);

// Bilinear, antialiased (a triangle as wide as the shrinking asks), stretched to the network's
// side.
cv::Mat shrink_photo(const cv::Mat& photo);

}  // namespace differentia::world

#pragma once

// What a trained network does on photos that it was not trained on. Private to this folder.

#include <nlohmann/json.hpp>

#include "tools/world/train/network_torch.h"
#include "tools/world/train/photos.h"
#include "tools/world/train/train.h"

namespace differentia::world {

struct Accuracy {
  double top1 = 0;
  double apart = 0;     // only a species that differs in two or more parts is an error
  nlohmann::json json;  // per species, per sister pair
};

// `photos` are `each` held-out photos of every species, in the species' order.
Accuracy measure_accuracy(torch::jit::Module& network, const Description& description,
                          const std::vector<cv::Mat>& photos, int each);

// For every bias of the description: held-out photos of its species rendered with the cue and
// without it, all else equal. A habitat is exchanged for each of the others in turn.
std::vector<LearnedBias> measure_biases(torch::jit::Module& network, torch::jit::Module* twin,
                                        const Description& description, const TrainOptions& options,
                                        const ProgressCallback& progress);

// For every ordered sister pair (A, B) and part in which they differ: the mean change of z_A − z_B
// when A's part becomes B's, relative to the median margin z_A − z_B of A's photos.
nlohmann::json measure_exchanges(torch::jit::Module& network, const Description& description,
                                 const TrainOptions& options, const ProgressCallback& progress);

}  // namespace differentia::world

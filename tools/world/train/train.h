#pragma once

// Trains a small network on photos of a demo world, rendered in memory, and measures what it
// learned.

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "tools/world/scene.h"

namespace differentia::world {

struct TrainOptions {
  std::string description = "data/world/demo.json";  // path
  std::uint64_t invent = 0;  // not 0: a world invented from this number instead
  std::string output;        // folder for model.pt, model.json and report.json
  Variant variant = Variant::clean;
  std::uint64_t seed = 1;  // of the photos, the weights and the augmentation
  int train_photos = 100;  // a species
  int test_photos = 20;    // a species, held out and free of planted biases
  int epochs = 22;
  int batch = 32;
  double learning_rate = 3e-3;  // the peak of the one-cycle schedule
  int cue_photos = 24;          // photos by which each planted bias is measured
  int exchange_photos = 10;     // photos by which each differing part is measured
  std::string twin;             // model.pt of the clean twin; empty for none
  int threads = 1;              // for rendering; the network runs on LibTorch's own threads
  bool replace = false;         // an existing model in `output`
  bool measure_only = false;    // trains nothing: measures the model that `output` holds, anew
};

// A planted bias and what the network made of it.
struct LearnedBias {
  std::string kind, species, value;
  double strength = 0;
  double effect = 0;       // mean change of the species' logit when the cue is rendered away
  double twin_effect = 0;  // the same of the clean twin; 0 without one
  bool has_twin = false;
  double learned() const { return effect - twin_effect; }
};

struct TrainSummary {
  std::int64_t parameters = 0;
  double accuracy = 0;  // top 1, held-out photos without planted biases
  double accuracy_apart =
      0;  // the same, where only a species that differs in two or more parts is an error
  double train_loss = 0;  // mean of the last epoch
  double seconds = 0;     // of training, without rendering
  std::vector<LearnedBias> biases;
};

// Writes model.pt (TorchScript, loads in Python), model.json (its card) and report.json (everything
// measured). The network: stem, stage1.0 … stage3.1, pool, head on 128×128 pixels, 0.39 M
// parameters, grids of 32², 16² and 8². The same options give the same network on the same kind of
// machine with the same number of LibTorch threads.
//
// Throws InputError for bad options or a bad description, FileError where `output` holds a model
// and `replace` is not set or cannot be written, Interrupted.
TrainSummary train_world(const TrainOptions& options, const ProgressCallback& progress = {});

}  // namespace differentia::world

#pragma once

// Saliency of one photo in the photo's own coordinates, by any method of the registry.

#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gsl/span>
#include <opencv2/core.hpp>

#include "base/error.h"
#include "base/image/photo.h"
#include "base/progress.h"
#include "explain/model.h"
#include "explain/saliency/method.h"
#include "explain/target.h"

namespace differentia {

// One way to ask.
struct SaliencyOptions {
  std::string method = "grad-cam";
  std::map<std::string, std::string> options;  // of the method, as written; the rest by default
  // Of methods that need a layer; empty: the targets' own layer where all are at one (a concept's
  // direction), else the card's deep layer. Several only where the method fuses them.
  std::vector<std::string> layers;
  // Of methods that keep positive evidence only, as published. False: evidence against as well.
  bool rectified = true;
};

struct Saliency {
  // 32FC1, at the size asked for; NaN outside what the network saw ("no evidence").
  cv::Mat map;
  double target = 0;           // z; 0 of a method that needs no model
  std::vector<float> outputs;  // of the photo; empty where no model was needed
  // What the map's sum misses of z − z(baseline), and that difference, in units of the target; NaN
  // where the method promises nothing of the kind.
  double completeness_error = std::numeric_limits<double>::quiet_NaN();
  double difference = std::numeric_limits<double>::quiet_NaN();
  bool settled = false;     // ended before all passes asked for, as more would change nothing
  int forward_passes = 0;   // photos through the network for this map; passes shared with the maps
  int backward_passes = 0;  // before it, made by the same call, are counted there
  double seconds = 0;
  std::vector<std::string> warnings;  // "the map is negative everywhere …"
};

// What is explained of a photo.
struct PhotoTargets {
  std::vector<Target> fixed;
  // Instead, where it depends on the photo's outputs (the winner, its rivals): asked once, and no
  // pass is spent for it that the maps do not use as well.
  std::function<std::vector<Target>(gsl::span<const float> outputs)> choose = {};
};

// Takes the maps one way after the other, so that only one way's are in memory.
struct SaliencyReceiver {
  // Of ways[way], one for each target.
  std::function<void(std::size_t way, std::vector<Saliency> of_targets)> made;
  // A method that cannot work on this model or photo, saying why; the others go on. Empty: thrown.
  std::function<void(std::size_t way, const InputError& why)> refused = {};
};

// One per worker (not thread-safe).
class SaliencySession {
 public:
  // `model` null: only methods that need none can be run, with any target. `batch`: altered photos
  // that go through the network together; `workers`: threads that make and
  // run such batches at the same time, 0: as many as LibTorch may use. Results do not depend on the
  // workers, nor, but for the last bits of a sum, on the batch.
  explicit SaliencySession(std::shared_ptr<const Model> model, int batch = 16, int workers = 0);
  ~SaliencySession();

  // The map covers the whole photo, at `size` (its aspect should be the photo's); empty size: the
  // photo's full size. Throws UnknownName (method, layer, option), InputError (a target that is not
  // there, a layer without a grid, a method that cannot work on this model, gradients that are not
  // finite), Interrupted.
  Saliency run(const Photo& photo, const Target& target, const SaliencyOptions& options,
               Size size = {}, const ProgressCallback& progress = {});

  // Several ways and several targets of one photo, sharing what passes they can:
  // result[way][target].
  std::vector<std::vector<Saliency>> run(const Photo& photo, gsl::span<const Target> targets,
                                         gsl::span<const SaliencyOptions> ways, Size size = {},
                                         const ProgressCallback& progress = {});

  // The same, handed over as they are made.
  void run(const Photo& photo, const PhotoTargets& targets, gsl::span<const SaliencyOptions> ways,
           const SaliencyReceiver& receiver, Size size = {}, const ProgressCallback& progress = {});

  // The outputs for a photo: logits, log p where the head is softmaxed.
  std::vector<float> outputs(const Photo& photo);

 private:
  std::shared_ptr<const Model> model_;
  int batch_;
  int workers_;
};

}  // namespace differentia

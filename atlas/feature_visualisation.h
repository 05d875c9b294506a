#pragma once

// Optimised icons: a picture that excites a direction of a layer (Olah et al. 2017; Carter et al.
// 2019). Gradient ascent on dot · max(0.1, cos)^power over a Fourier-space, decorrelated-colour
// image with random shifts, scales and rotations. Minutes for many pictures: an option, never the
// default.

#include <cstdint>
#include <memory>
#include <string>

#include <gsl/span>
#include <opencv2/core.hpp>

#include "atlas/normalisation.h"
#include "base/progress.h"
#include "explain/model.h"

namespace differentia {

struct VisualisationOptions {
  int steps = 256;  // of Adam
  double learning_rate = 0.05;
  double power = 2;         // of the cosine
  int jitter = 8;           // pixels, either way
  bool whole_grid = false;  // excite every position; else the middle ones only
  std::uint64_t seed = 1;
};

// One per worker (not thread-safe).
class FeatureVisualiser {
 public:
  // `layer` must have a grid; throws InputError otherwise.
  FeatureVisualiser(std::shared_ptr<const Model> model, const std::string& layer,
                    const Normalisation& normalisation);
  ~FeatureVisualiser();

  // `direction`: channels values, unit length, centred and scaled (a concept's centroid or a cell's
  // mean). The result is 8UC3, BGR, as large as the model's input; an icon is its middle: see
  // middle_of().
  cv::Mat run(gsl::span<const float> direction, const VisualisationOptions& options = {},
              const ProgressCallback& progress = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The part of the picture that the excited positions see most, resized to a tile.
cv::Mat middle_of(const cv::Mat& picture, const GridGeometry& grid, double cells, int tile);

}  // namespace differentia

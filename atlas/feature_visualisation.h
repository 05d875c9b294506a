#pragma once

// Optimised icons: a picture that excites a direction of a layer (Olah et al. 2017; Carter et al.
// 2019). Gradient ascent on dot · max(0.1, cos)^power over the phases of a Fourier-space,
// decorrelated-colour picture whose magnitudes are those of real patches (Fel et al. 2023, MACO):
// without that, pictures drift into colours and frequencies that no photo has. Random shifts,
// scales and rotations at every step. Many pictures take minutes: an option, never the default.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gsl/span>
#include <opencv2/core.hpp>

#include "atlas/normalisation.h"
#include "base/matrix.h"
#include "base/progress.h"
#include "explain/model.h"

namespace differentia {

struct VisualisationOptions {
  int steps = 64;              // of Adam: after twice as many the cosines are 0.02 higher
  double learning_rate = 0.2;  // radians
  double power = 2;            // of the cosine
  double contrast = 1.3;       // times the magnitudes of the real patches
  int cells = 8;               // side of the canvas in grid positions, where the input has as many
  double jitter = 0.07;        // of the canvas's side, either way
  int batch = 8;               // pictures that go through the network together
  int threads = 0;             // 0: all cores. The pictures do not depend on it
  std::uint64_t seed = 1;
};

// Not thread-safe.
class FeatureVisualiser {
 public:
  // `patches`: of real photos, 8UC3, BGR, square, all of one size: mean colour and magnitudes are
  // theirs; without any, grey and 1/f. `layer` must have a grid; throws InputError otherwise.
  FeatureVisualiser(std::shared_ptr<const Model> model, const std::string& layer,
                    const Normalisation& normalisation, gsl::span<const cv::Mat> patches,
                    const VisualisationOptions& options = {});
  ~FeatureVisualiser();

  // Of a canvas's pictures: `cells` positions of the layer's grid, of which the middle ones are
  // excited.
  GridGeometry grid() const;

  // One row of `directions` a picture: channels values, unit length, centred and scaled (a
  // concept's centroid or a cell's mean). 8UC3, BGR, all of one size; an icon is the middle, see
  // middle_of(). `progress` counts pictures.
  std::vector<cv::Mat> run(const Matrix& directions, const ProgressCallback& progress = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The part of the picture that the excited positions see most, resized to a tile.
cv::Mat middle_of(const cv::Mat& picture, const GridGeometry& grid, double cells, int tile);

}  // namespace differentia

#pragma once

// What the model says of windows of one photo, and where in each it finds the evidence.

#include <memory>
#include <vector>

#include <gsl/span>
#include <opencv2/core.hpp>

#include "base/image/photo.h"
#include "base/matrix.h"
#include "explain/model.h"

namespace differentia {

// One answer. A score is an output less the mean of all outputs: what all windows have in common
// (blur, noise, an empty background) moves every output alike and falls out.
struct WindowAnswer {
  int output = 0;          // the highest
  double score = 0;        // its own
  double probability = 0;  // its softmax
};

// REQUIRES: not empty.
WindowAnswer answer_of(gsl::span<const float> scores);

// A window of a photo. REQUIRES: the photo outlives it.
struct View {
  const Photo* photo = nullptr;
  Box window;  // photo coordinates; less than a pixel is widened
};

// One per worker (not thread-safe).
class WindowProbe {
 public:
  // `layer` must be one that carries attribution; empty: the card's deep layer. Throws InputError
  // where it does not, and for a model with fewer than two outputs.
  explicit WindowProbe(std::shared_ptr<const Model> model, const std::string& layer = {});
  ~WindowProbe();

  // Scores of each view (views × outputs), each cut from its photo and brought to the model's input
  // as a photo of its own.
  Matrix scores(gsl::span<const View> views);

  // Evidence for an organism of any taxon over the photo, `size` (32FC1): what the windows that
  // show a pixel attribute to its position of the layer, for each one's first answer, over their
  // scores: 1 where every position is like the mean of its window.
  cv::Mat evidence(const Photo& photo, gsl::span<const Box> windows, Size size);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace differentia

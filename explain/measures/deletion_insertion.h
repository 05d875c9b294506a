#pragma once

// Deletion and insertion (Petsiuk et al. 2018): how fast the target's probability falls as the most
// salient pixels are taken out of a photo, and how fast it rises as they are put into an empty one.
// Each is the area under the curve of the probability over the share of pixels, from 0 to 1: low is
// good for deletion, high for insertion. What "out" means decides much of the result, so that two
// fills are offered; compare maps at the same fill only.

#include <memory>
#include <vector>

#include <gsl/span>
#include <opencv2/core.hpp>

#include "base/image/photo.h"
#include "base/photo_geometry.h"
#include "explain/forward_session.h"
#include "explain/target.h"

namespace differentia {

// What a pixel becomes when it is taken out.
enum class Fill {
  kBlur,  // of the photo: Gaussian, σ 10 px of 224, as Fong & Vedaldi 2017
  kMean,  // the photo's mean colour
};

// The target's probability for these outputs (logits, or log p): of one output its softmax; of a
// difference, or any other combination z of outputs, 1 / (1 + e^−z), which is A's share of the two
// for a pair (A, B). NaN of a target at a layer, which has none.
double target_probability(const Target& target, gsl::span<const float> outputs);

// A map over the photo (32FC1 of any size, NaN: no evidence) at the pixels of the network's input:
// bilinear between map pixels that have evidence, NaN where there is none or no photo. Exact where
// the map has one pixel for each of the input's.
cv::Mat map_on_input(const cv::Mat& map, const InputGeometry& geometry);

struct DeletionInsertion {
  double deletion = 0;
  double insertion = 0;
};

struct DeletionOptions {
  int steps = 28;  // of equal area
  int batch = 14;  // altered photos that go through the network together
};

// The test of one photo and one target, for as many maps as wanted. Not thread-safe.
class DeletionTest {
 public:
  // Throws InputError where the model's head is a regression (there is no probability) or the
  // target has none.
  DeletionTest(std::shared_ptr<const Model> model, const Photo& photo, const Target& target,
               const DeletionOptions& options = {});

  // `map`: 32FC1 over the whole photo. Pixels without evidence come last. Pixels of equal value are
  // treated alike: where a step takes a part of them only, each is filled by that part.
  DeletionInsertion run(const cv::Mat& map, Fill fill);

 private:
  struct Filled {
    std::vector<float> values;  // 3 × height × width
    double probability = 0;     // with every pixel filled
  };
  const Filled& filled(Fill fill);
  std::vector<double> probabilities(gsl::span<const float> inputs, int count);

  std::shared_ptr<const Model> model_;
  Target target_;
  DeletionOptions options_;
  ForwardSession session_;
  std::vector<float> input_;
  InputGeometry geometry_;
  double probability_ = 0;
  Filled filled_[2];
};

}  // namespace differentia

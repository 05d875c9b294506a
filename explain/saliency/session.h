#pragma once

// Saliency of one photo in the photo's own coordinates.

#include <memory>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "base/image/photo.h"
#include "explain/model.h"
#include "explain/target.h"

namespace differentia {

enum class SaliencyMethod { kGradient, kGradCam };

struct SaliencyOptions {
  SaliencyMethod method = SaliencyMethod::kGradCam;
  std::string layer;      // for Grad-CAM; empty: the card's deep layer
  bool rectified = true;  // Grad-CAM keeps positive evidence only (as published); false: signed
};

struct Saliency {
  cv::Mat map;  // 32FC1, at the size asked for; NaN outside what the network saw ("no evidence")
  double target = 0;  // z
  std::vector<float> outputs;
  std::vector<std::string> warnings;  // "the map is negative everywhere" …
};

// One per worker (not thread-safe).
class SaliencySession {
 public:
  explicit SaliencySession(std::shared_ptr<const Model> model);
  ~SaliencySession();
  // The map covers the whole photo, at `size` (its aspect should be the photo's); empty size: the
  // photo's full size.
  Saliency run(const Photo& photo, const Target& target, const SaliencyOptions& options,
               Size size = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace differentia

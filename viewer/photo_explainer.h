#pragma once

// What the viewer asks of a model. The viewer itself does not link the network's libraries: the
// program hands it a factory (ViewOptions::make_explainer) that loads them when a photo's saliency
// is first wanted. Used on one worker's thread only, the factory included.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/photo_geometry.h"

namespace differentia::viewer {

enum class Method { kGradient, kGradCam };

struct ExplainerInfo {
  std::string name;                 // of the model
  std::vector<std::string> labels;  // of its outputs, in order
  std::vector<std::string> layers;  // candidates for Grad-CAM, in the order of the network
  std::string deep_layer;           // the one taken by default
};

struct SaliencyRequest {
  std::string photo;      // path of the file
  int output = -1;        // whose logit is explained
  int minus_output = -1;  // or the difference to this one's; −1: none
  Method method = Method::kGradCam;
  std::string layer;  // for Grad-CAM; empty: the deep layer
  Size size;          // of the map; its aspect is the photo's
};

struct SaliencyMap {
  Size size;
  std::vector<float>
      values;         // row-major, size.width * size.height; NaN where the network saw nothing
  double target = 0;  // the logit, or the difference
  std::vector<float> outputs;         // all logits
  std::vector<std::string> warnings;  // sentences
};

class PhotoExplainer {
 public:
  virtual ~PhotoExplainer() = default;
  virtual ExplainerInfo info() = 0;
  // Throws InputError where the photo cannot be read or the layer does not exist.
  virtual SaliencyMap explain(const SaliencyRequest& request) = 0;
};

// Loads the model at `path`. Throws InputError.
using ExplainerFactory = std::function<std::unique_ptr<PhotoExplainer>(const std::string& path)>;

}  // namespace differentia::viewer

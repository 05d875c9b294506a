#pragma once

// What the viewer asks of a model. The viewer itself does not link the network's libraries: the
// program hands it a factory (ViewOptions::make_explainer) that loads them when a photo's saliency
// is first wanted. Used on one worker's thread only, the factory included.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "atlas/store/concept_direction.h"
#include "base/photo_geometry.h"
#include "base/progress.h"
#include "explain/saliency/method.h"

namespace differentia::viewer {

// A way to make a map, as a list shows it.
struct MethodInfo {
  std::string name;   // "grad-cam"
  std::string title;  // "Grad-CAM"
  std::string help, caveat;
  bool needs_model = true;  // false: looks at the photo alone, has no target
  bool needs_layer = false;
  bool rectifies = false;       // leaves evidence against the target out, but may be asked for it
  bool several_layers = false;  // fuses the maps of as many layers as it is given
  std::vector<MethodOption> options = {};  // in the order of a list
};

struct ExplainerInfo {
  std::string name;                      // of the model
  std::vector<std::string> labels;       // of its outputs, in order
  std::vector<std::string> layers;       // candidates for methods with a layer, in network order
  std::string deep_layer;                // the one taken by default
  std::vector<MethodInfo> methods = {};  // in the order of a list
};

struct SaliencyRequest {
  std::string photo;            // path of the file
  int output = -1;              // whose logit is explained
  int minus_output = -1;        // or the difference to this one's; −1: none
  bool against_rivals = false;  // or to its nearest rivals' in this photo
  // Instead of outputs: where this concept is. `concept_name` tells it from others of the atlas.
  std::shared_ptr<const store::ConceptDirection> of_concept = {};
  std::string concept_name = {};
  std::string method = "grad-cam";
  bool rectified = true;  // false: evidence against as well, of methods that leave it out
  // Of methods with a layer; empty: the deep layer, or the concept's own. Those that take one take
  // the last.
  std::vector<std::string> layers = {};
  std::map<std::string, std::string> options =
      {};                          // of the method, as written; the rest by default
  Size size;                       // of the map; its aspect is the photo's
  ProgressCallback progress = {};  // no part of the question; may be empty
};

struct SaliencyMap {
  Size size;
  std::vector<float>
      values;         // row-major, size.width * size.height; NaN where the network saw nothing
  double target = 0;  // the logit, the difference, or the mean along the concept
  std::vector<float> outputs;         // all logits; empty of a method without a model
  std::vector<std::string> warnings;  // sentences
  bool zero_is_nothing = true;        // false: its values only tell more from less
};

class PhotoExplainer {
 public:
  virtual ~PhotoExplainer() = default;
  virtual ExplainerInfo info() = 0;
  // Throws InputError where the photo cannot be read, method or layer do not exist, or the method
  // cannot work on this model; Interrupted.
  virtual SaliencyMap explain(const SaliencyRequest& request) = 0;
};

// Loads the model at `path`; empty: none, and only methods that need none are there. Throws
// InputError.
using ExplainerFactory = std::function<std::unique_ptr<PhotoExplainer>(const std::string& path)>;

}  // namespace differentia::viewer

#pragma once

// Forward passes only, as fast as they get: the graph is cut after the last thing asked for,
// frozen, batch norms folded, laid out for oneDNN. One session per worker (not thread-safe); the
// model is shared.

#include <memory>
#include <string>
#include <vector>

#include <gsl/span>

#include "base/matrix.h"
#include "explain/grids.h"
#include "explain/model.h"

namespace differentia {

struct ForwardResult {
  Matrix outputs;  // photos × outputs; logits (log p where the head is softmaxed); empty if not
                   // asked for
  std::vector<Grids> grids;  // one for each layer asked for, in that order
};

struct ForwardOptions {
  std::vector<std::string> layers;  // paths to tap; may be empty
  bool outputs = true;  // also run to the outputs; without, the graph ends at the last layer
  int batch = 16;  // photos of one run; results do not depend on how photos are grouped into calls
};

class ForwardSession {
 public:
  ForwardSession(std::shared_ptr<const Model> model, const ForwardOptions& options);
  ~ForwardSession();

  // `inputs`: photos * 3 * height * width floats as preprocess() writes them. Runs in batches of
  // exactly options.batch (the last one padded with zeros), so that a photo's numbers do not depend
  // on its neighbours.
  ForwardResult run(gsl::span<const float> inputs, int photos);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace differentia

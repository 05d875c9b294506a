#pragma once

// What each position of a layer adds to a target: h · (∂z/∂h averaged along the straight path from
// 0 to the photo's activations, through the layers above only), so that the sum over positions is z
// − z(0) (design.md, "attribution"; integrated gradients of Sundararajan et al. 2017 from the layer
// up, midpoint rule). Closed form h · W_c / (H·W) for a pooled linear head. Steps double from
// `first_steps` to `most_steps` until the residual |Σ − (z − z(0))| is under `tolerance` · max(|z −
// z(0)|, 1).

#include <memory>
#include <string>
#include <vector>

#include <gsl/span>

#include "base/matrix.h"
#include "explain/grids.h"
#include "explain/model.h"
#include "explain/target.h"

namespace differentia {

struct AttributionOptions {
  int first_steps = 8;
  int most_steps = 64;
  double tolerance = 0.05;
  int batch = 16;              // photo-steps of one tail run
  bool path_integral = false;  // integrate even where the closed form holds, for checking
};

struct Attribution {
  std::vector<float> values;  // height * width, row-major; in units of the target (logits)
  double target = 0;          // z
  double target_at_zero = 0;  // z(0)
  double residual = 0;        // Σ − (z − z(0))
  int steps = 0;              // of the final round; 0: closed form
  int evaluations = 0;        // tail passes spent on this target, the coarser rounds included
};

// Throws InputError where `layer` cannot carry attribution, with what to do about it.
void require_attributable(const Model& model, const std::string& layer);

// One per worker (not thread-safe).
class TailAttribution {
 public:
  // `layer` must be a candidate layer with a grid; throws InputError otherwise.
  TailAttribution(std::shared_ptr<const Model> model, const std::string& layer,
                  const AttributionOptions& options = {});
  ~TailAttribution();

  // True where what follows the layer is affine (pooling and a linear head): one gradient serves
  // all photos.
  bool closed_form() const;

  // Of photos given by their grids (photos × outputs): what the layers above make of them.
  Matrix outputs(const Grids& grids) const;
  // Of a grid of zeros.
  const std::vector<float>& outputs_at_zero() const;

  // targets[i] are those of photo i; the result has the same shape. A photo's numbers do not depend
  // on the others. `outputs` are those of the same photos where a ForwardSession has computed them
  // (photos × outputs; spares one tail pass a photo). Throws InputError where grids or targets do
  // not fit, or where a gradient is not finite.
  std::vector<std::vector<Attribution>> run(const Grids& grids,
                                            gsl::span<const std::vector<Target>> targets,
                                            const Matrix* outputs = nullptr);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace differentia

#pragma once

// All measures of a photo's maps at once. None says that a map is right; each says one way in which
// it could be wrong.

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <gsl/span>
#include <opencv2/core.hpp>

#include "base/image/mask.h"
#include "base/image/photo.h"
#include "base/progress.h"
#include "explain/model.h"
#include "explain/saliency/session.h"
#include "explain/target.h"

namespace differentia {

// NaN: not asked for, or not applicable (no mask, no model, no probability).
struct MapMeasures {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  // Areas under the target's probability (deletion_insertion.h), by what fills a pixel taken out.
  double deletion_blur = kNone, insertion_blur = kNone;
  double deletion_mean = kNone, insertion_mean = kNone;

  // Needs a mask (pointing_game.h, inside_mask.h).
  double pointing = kNone;       // 1: the map's highest point is on the subject
  double inside = kNone;         // share of the positive attribution on the subject
  double rank_accuracy = kNone;  // of as many salient pixels as the subject has, those on it
  double pointing_centre = kNone, area = kNone;  // what to compare them with

  // Rank correlation with the map of the model whose head, or all of it, is drawn at random
  // (randomisation.h): near 1, the map does not depend on what was learned there.
  double redrawn_head = kNone, redrawn_all = kNone;

  // Two targets (contrastive.h). The rival is the highest other output of this photo.
  double rival = kNone;         // rank correlation with the rival's map: 1, the target is ignored
  double antisymmetry = kNone;  // of map(target, rival); 0 … 2

  double completeness = kNone;  // |Σ map − Δz| / |Δz|, of methods that promise it

  double seconds = 0;  // for the map alone
  int forward_passes = 0, backward_passes = 0;
  std::vector<std::string> warnings;  // the map's
  std::string refused;  // not empty: why the method made no map for this model or photo
};

struct MeasureOptions {
  bool blur = true, mean = true;  // deletion and insertion by these fills
  bool redraw = true;             // costs two further maps
  bool contrast = true;           // costs three further maps
  int steps = 28;                 // of deletion and insertion
};

// The size at which a map has one pixel for each pixel of the model's input.
Size measure_size(const Model& model, Size photo);

// One per worker (not thread-safe): a session computes on one thread, several go side by side.
class MeasureSession {
 public:
  // `seed` of the weights drawn at random.
  explicit MeasureSession(std::shared_ptr<const Model> model, std::uint64_t seed = 1);
  ~MeasureSession();

  // Measures for each way, then for each of `maps` however made (32FC1 over the whole photo; what
  // needs a method is left out). Each way is run by itself, so that its seconds are its own, and
  // with evidence against the target kept, as the order of pixels would else be arbitrary where a
  // map is cut at zero. Throws UnknownName (method, layer, option), InputError (a target that is
  // not there), Interrupted; what a method refuses is said in its measures.
  std::vector<MapMeasures> run(const Photo& photo, const Target& target,
                               gsl::span<const SaliencyOptions> ways,
                               gsl::span<const cv::Mat> maps = {},
                               const SubjectMask* mask = nullptr,
                               const MeasureOptions& options = {},
                               const ProgressCallback& progress = {});

 private:
  void measure_redrawn(const Photo& photo, const Target& target, const SaliencyOptions& way,
                       const cv::Mat& map, const ProgressCallback& progress, MapMeasures& measures);
  void measure_contrast(const Photo& photo, const Target& target, const SaliencyOptions& way,
                        const Saliency& saliency, const ProgressCallback& progress,
                        MapMeasures& measures);

  std::shared_ptr<const Model> model_;
  std::uint64_t seed_;
  SaliencySession session_;
  std::unique_ptr<SaliencySession> redrawn_head_, redrawn_all_;  // made when first asked for
};

}  // namespace differentia

#pragma once

// The work of collect itself, apart from threads: a photo to the network's input, a batch through
// the network, a batch attributed and cut down to what is kept.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <Imath/half.h>
#include <gsl/span>

#include "atlas/activations.h"
#include "atlas/collect.h"
#include "explain/attribution.h"
#include "explain/forward_session.h"

namespace differentia {

// The positions kept of one photo at one layer.
struct KeptPositions {
  std::vector<std::uint16_t> positions;  // row * width + column, ascending
  std::vector<Imath::half> activation;   // positions * channels
  std::vector<float> attribution;        // positions * targets
  std::vector<float> subject;            // of each position; NaN where no mask is given
};

// One photo on its way through collect.
struct PhotoWork {
  std::int32_t photo = 0;  // index into the photo set
  bool whole_grid = false;
  PhotoOutcome outcome;
  std::vector<float> layer_subject,
      deep_subject;  // share of every cell on the subject, until positions are chosen
  KeptPositions layer, deep;

  bool readable() const { return outcome.status != PhotoOutcome::Status::kUnreadable; }
};

// What does not change while collect runs.
struct CollectSetting {
  const PhotoSet& photos;
  std::shared_ptr<const Model> model;
  const CollectOptions& options;
  LayerInfo layer, deep;

  CollectSetting(const PhotoSet& photo_set, std::shared_ptr<const Model> shared_model,
                 const CollectOptions& collect_options);
  bool same_layer() const { return layer.path == deep.path; }
  std::size_t input_floats() const;  // of one photo
};

// One per thread (not thread-safe).
class CollectWorker {
 public:
  explicit CollectWorker(const CollectSetting& setting);

  // Fills `input` (input_floats) and the outcome; an unreadable photo gets its reason and leaves
  // `input` as it was.
  void decode(PhotoWork& work, gsl::span<float> input) const;

  // The inputs of `photos` photos, one after the other. Grids: layer, then deep where it is
  // another.
  ForwardResult forward(gsl::span<const float> inputs, int photos);

  // Completes the outcomes of the readable photos that `result` holds, in that order, and keeps
  // what is to be kept of them. `targets`: outputs; empty where the taxon has none.
  void keep(const ForwardResult& result, const std::vector<int>& targets,
            gsl::span<PhotoWork* const> works);

 private:
  void keep_positions(const Grids& grids, int index, const std::vector<Attribution>* attributions,
                      const std::vector<float>& cell_subject, KeptPositions& kept) const;

  const CollectSetting& setting_;
  ForwardSession forward_;
  std::unique_ptr<TailAttribution> attribution_;       // empty where nothing is attributed
  std::unique_ptr<TailAttribution> deep_attribution_;  // empty where it is not closed form
};

}  // namespace differentia

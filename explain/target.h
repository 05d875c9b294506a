#pragma once

// What an explanation explains: a linear functional z of the outputs, or of the mean activation at
// a layer.

#include <string>
#include <utility>
#include <vector>

#include <gsl/span>

namespace differentia {

struct Target {
  // (output, weight): z = offset + Σ weight · output. With a layer: (channel, weight) of the
  // layer's activation averaged over its grid.
  std::vector<std::pair<int, double>> weights;
  std::string layer = {};  // empty: the outputs
  double offset = 0;

  static Target output(int index) { return {{{index, 1.0}}}; }
  static Target difference(int a, int b) { return {{{a, 1.0}, {b, -1.0}}}; }

  // `a` against its nearest rivals: z_a − Σ w_b z_b over the `rivals` highest other outputs of this
  // photo, w their softmax (as Finer-CAM, Zhang et al. 2025, weighs similar classes). The weights
  // are taken as constants. Throws InputError where `a` is no output or there is no other.
  static Target against_rivals(int a, gsl::span<const float> outputs, int rivals = 3);

  // A direction d in the space of a layer's activations, each channel centred and scaled before
  // (z is the grid's mean of d · (h − centre) / scale). All three have one number a channel; scale
  // > 0.
  static Target direction(const std::string& at_layer, gsl::span<const float> direction,
                          gsl::span<const float> centre, gsl::span<const float> scale);
};

}  // namespace differentia

#pragma once

// A pair of taxa made by hand: photos of noise around one look, with parts planted in them.

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <Imath/half.h>

#include "atlas/marks/pair_evidence.h"
#include "base/random.h"

namespace differentia::planted {

// 6×6 positions of 8 channels, neither centred nor scaled, over an input and photos of 60×60.
// Channel 0 is the look of all positions without a part. Photos are observations of their own,
// the first half of them is the finding half; there are no masks.
class Pair {
 public:
  static constexpr int kSide = 6, kChannels = 8;
  static constexpr std::size_t kCells = kSide * kSide;

  // `background`: what each position adds to its photo's margin.
  Pair(std::size_t photos_a, std::size_t photos_b, std::array<float, 2> background = {0, 0}) {
    pair_.layer.channels = kChannels;
    pair_.layer.path = "body";
    pair_.layer.grid = {kSide, kSide, 10, 10, 5, 5};
    pair_.layer.input = {60, 60};
    pair_.normalisation.centre.assign(kChannels, 0);
    pair_.normalisation.scale.assign(kChannels, 1);
    Random random(5);
    const std::array<std::size_t, 2> counts{photos_a, photos_b};
    for (std::size_t s = 0; s < 2; ++s) {
      PairSide& side = pair_.sides[s];
      side.taxon.id = side.taxon.output = static_cast<std::int32_t>(s);
      side.taxon.name = s == 0 ? "Larus albus" : "Larus ater";
      side.photos.resize(counts[s]);
      for (std::size_t i = 0; i < counts[s]; ++i) {
        PairPhoto& photo = side.photos[i];
        photo.record.id = static_cast<std::int32_t>(s * 1000 + i);
        photo.record.path = std::to_string(photo.record.id) + ".png";
        photo.record.size = photo.geometry.photo = photo.geometry.input = {60, 60};
        photo.observation = photo.record.id;
        photo.testing = i >= counts[s] / 2;
        photo.held_out = true;
        photo.margin = 3;
        photo.predicted = side.taxon.output;
      }
      side.toward.assign(counts[s] * kCells, background[s]);
      side.subject.assign(counts[s] * kCells, std::numeric_limits<float>::quiet_NaN());
      activation_[s].resize(counts[s] * kCells * kChannels);
      for (std::size_t j = 0; j < activation_[s].size(); ++j)
        activation_[s][j] = static_cast<float>((j % kChannels == 0) + 0.1 * random.normal());
      side.activation = activation_[s];
    }
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  // Positions (row, column) to (row + 1, column + 1) of a photo get the look of a channel of their
  // own, and add `adds` each to the photo's margin.
  void plant(Side side, std::size_t photo, int row, int column, std::size_t channel, float adds) {
    for (int r = row; r < row + 2; ++r)
      for (int c = column; c < column + 2; ++c) {
        const std::size_t p = photo * kCells + static_cast<std::size_t>(r * kSide + c);
        activation_[index(side)][p * kChannels] = 0.1f;
        activation_[index(side)][p * kChannels + channel] = 1.0f;
        pair_.sides[index(side)].toward[p] = adds;
      }
  }
  // In every photo of a side, at a place that changes from photo to photo.
  void plant_in_all(Side side, std::size_t channel, float adds) {
    for (std::size_t i = 0; i < pair_.side(side).photos.size(); ++i)
      plant(side, i, row_of(i), column_of(i), channel, adds);
  }
  static int row_of(std::size_t photo) { return static_cast<int>(photo % 4); }
  static int column_of(std::size_t photo) { return static_cast<int>(photo * 3 % 5); }

  // A row or column of the part planted from `first` on.
  static bool within(int at, int first) { return at == first || at == first + 1; }

  PairEvidence& evidence() { return pair_; }
  std::vector<Imath::half>& activation(Side side) { return activation_[index(side)]; }

 private:
  PairEvidence pair_;
  std::array<std::vector<Imath::half>, 2> activation_;
};

}  // namespace differentia::planted

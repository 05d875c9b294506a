#pragma once

// What the model says of a photo when a part of it is taken out: the part is painted over from its
// surroundings (Telea 2004, OpenCV's inpainting), which leaves no grey hole that would be a sign of
// its own.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gsl/span>

#include "atlas/marks/pair_evidence.h"
#include "atlas/marks/region.h"
#include "explain/model.h"

namespace differentia {

// Something painted into a photo.
struct Painted {
  cv::Mat mask;     // 8U, of the model's input's size; not 0 where it counts
  cv::Mat picture;  // 8UC3, of that size, as Removal::picture()
};

// One per worker (not thread-safe).
class Removal {
 public:
  // `photo_root`: the folder that photos' paths are relative to.
  Removal(std::shared_ptr<const Model> model, const store::LayerRecord& layer,
          std::string photo_root);
  ~Removal();

  // Reads a photo; false where it cannot be read any more.
  bool read(const store::PhotoRecord& photo);

  // The photo's margin, the logit of `own` less that of `rival`, as it is and then with each of the
  // regions taken out.
  std::vector<double> margins(int own, int rival, gsl::span<const Region> regions);
  // The same with what any masks mark taken out: 8U, not 0 there, of the model's input's size.
  std::vector<double> margins_without(int own, int rival, gsl::span<const cv::Mat> masks);

  // The photo as the model's input shows it: 8UC3, colours in the order of the card.
  const cv::Mat& picture() const;
  // The margins with anything painted in.
  std::vector<double> margins_with(int own, int rival, gsl::span<const Painted> painted);

  // Where within `region` the pixels are that make the difference to the margin between the photo
  // without and with it: the centre of the strongest spot of integrated gradients (Sundararajan et
  // al. 2017) from the one to the other, photo coordinates. None where nothing in it speaks for
  // `own`.
  std::optional<Point> place(int own, int rival, const Region& region);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace differentia

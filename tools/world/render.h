#pragma once

// Renders a scene of the demo world. The same scene gives the same bytes; with a part or the
// background exchanged, everything that does not depend on what was exchanged stays as it was,
// pixel by pixel.

#include <optional>
#include <vector>

#include <opencv2/core.hpp>

#include "tools/world/scene.h"

namespace differentia::world {

// What to render otherwise than the scene says.
struct Exchange {
  struct Parts {
    std::vector<Part> parts;
    Looks looks;   // where they come from: species[…].forms[…].looks of a donor
    int bird = 0;  // which of the scene's birds
  };
  std::vector<Parts> parts;
  std::optional<Habitat> habitat;  // another background and perch
  bool remove_flower = false;      // the planted cues, each rendered away
  bool remove_caption = false;
  bool remove_blur = false;
};

struct Rendered {
  cv::Mat image;                // CV_8UC3, blue, green, red; the oriented photo
  cv::Mat parts;                // CV_8U, Part numbers of what is visible, 0 elsewhere
  cv::Mat subjects;             // CV_8U, 1 … n by bird, 0 elsewhere
  std::vector<cv::Rect> boxes;  // of each bird's visible pixels; empty if none are
};

// The boxes of the `birds` ids of a subject mask.
std::vector<cv::Rect> subject_boxes(const cv::Mat& subjects, int birds);

// Takes about 20 ms of one core for 320×240.
Rendered render(const Scene& scene, const Exchange& exchange = {});

// The exchange of some parts of the scene's first bird for those of another species (its first
// form).
Exchange exchange_parts(const Description& description, int donor, const std::vector<Part>& parts);

// The exchange that renders one planted cue away: a flower, caption or blur is left out, a habitat
// becomes `other`.
Exchange remove_cue(const Description& description, const Bias& bias, int other_habitat);

}  // namespace differentia::world

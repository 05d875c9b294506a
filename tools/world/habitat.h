#pragma once

// Paints what a bird is photographed in: a blurred habitat with depth and light, the perch or
// ground it stands on in focus, a host flower beside it. Everything comes from the scene's place,
// so that the photos of one observation show the same place.

#include "tools/world/canvas.h"
#include "tools/world/scene.h"

namespace differentia::world {

// Where the birds are, in pixels of the frame.
struct Stage {
  std::vector<Point> feet;    // of each bird
  std::vector<double> units;  // a body's length of each, pixels
  double slope = 0;           // of the perch through the first bird's feet
};

// How steep the perch is where the scene is; the feet of further birds are put on it.
double perch_slope(const Scene& scene);

// The whole backdrop with perch, shadows on it and flower: CV_32FC3, 0 … 1, of the frame's size.
cv::Mat paint_habitat(const Scene& scene, const Stage& stage);

// The distant part alone, by the habitat's kind.
cv::Mat paint_backdrop(const Scene& scene, const Stage& stage);

// What the bird stands on, and the shadow it throws there.
void paint_perch(const Scene& scene, const Stage& stage, cv::Mat& picture);

// The flower of the planted cue, growing beside the perch.
void paint_flower(const Scene& scene, const Stage& stage, cv::Mat& picture);

}  // namespace differentia::world

#pragma once

// Photos of a world as a network sees them: rendered, compressed as JPEG and shrunk, all in memory.

#include <functional>
#include <vector>

#include <opencv2/core.hpp>

#include "base/progress.h"
#include "base/random.h"
#include "tools/world/render.h"

namespace differentia::world {

constexpr int kNetworkSide = 128;  // pixels

// What is to be rendered: a scene, perhaps with something exchanged.
struct Shot {
  Scene scene;
  Exchange exchange;
};

// Shrinks a photo (CV_8UC3) to the network's input, stretched to a square, with the antialiased
// bilinear filter that the model's card names.
using Shrink = std::function<cv::Mat(const cv::Mat&)>;

// One CV_8UC3 picture a shot, in the shots' order.
std::vector<cv::Mat> take_photos(const std::vector<Shot>& shots, const Shrink& shrink, int threads,
                                 const std::string& stage, const ProgressCallback& progress);

// A photo changed as another photo of the same bird might differ: moved, turned, scaled, mirrored,
// other light, noise.
cv::Mat augment(const cv::Mat& photo, Random& random);

}  // namespace differentia::world

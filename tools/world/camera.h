#pragma once

// What stands between the painted scene and the photo: twigs before the lens, defocus and motion,
// exposure, vignette, sensor noise, the photographer's caption.

#include "tools/world/canvas.h"
#include "tools/world/scene.h"

namespace differentia::world {

// Twigs between bird and camera. Sets `hidden` (CV_8U) to 255 where they cover what is behind.
void paint_twigs(const Scene& scene, cv::Mat& picture, cv::Mat& hidden);

// Takes a painted scene (CV_32FC3) to the photo (CV_8UC3).
cv::Mat take_photo(const Scene& scene, cv::Mat picture);

}  // namespace differentia::world

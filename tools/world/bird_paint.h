#pragma once

// Paints one bird: its shape filled with its looks, feather by feather, and lit.

#include "tools/world/bird_shape.h"
#include "tools/world/canvas.h"

namespace differentia::world {

struct BirdLayer {
  cv::Rect roi;   // in the frame, pixels; the pictures below have its size
  cv::Mat color;  // CV_32FC4, blue, green, red times coverage, and coverage
  cv::Mat parts;  // CV_8U, Part numbers; 0 where less than half is covered
};

// `to_frame` takes the shape's coordinates to pixels of the frame. What lies outside the frame is
// left out.
BirdLayer paint_bird(const Bird& bird, const BirdShape& shape, const cv::Matx23d& to_frame,
                     const Light& light, cv::Size frame);

}  // namespace differentia::world

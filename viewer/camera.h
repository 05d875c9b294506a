#pragma once

// Where a canvas looks: the axis-aligned map from a world (the map's 0…1 square, or a photo's
// pixels) to the screen. Knows nothing of widgets or of OpenGL.

#include "base/photo_geometry.h"

namespace differentia::viewer {

struct Camera {
  Box viewport;            // on the screen, in pixels
  Point centre{0.5, 0.5};  // of the view, in world units
  double scale = 1;        // pixels per world unit
  double min_scale = 1e-6, max_scale = 1e9;

  Point to_screen(Point world) const;
  Point to_world(Point screen) const;
  Box to_screen(const Box& world) const;
  // The part of the world that the viewport shows.
  Box visible() const;

  // Multiplies the scale, within its limits; the world point under `screen` stays there.
  void zoom_at(Point screen, double factor);
  // Moves what is seen by that many pixels.
  void pan(double dx, double dy);
  // Shows all of `world` with `margin` pixels to spare on each side.
  void fit(const Box& world, double margin);
  // Moves the centre into `world`, so that the canvas is never lost.
  void keep_inside(const Box& world);
};

// A camera on its way: `now` follows `goal` smoothly. What lies fixed under the cursor in start and
// goal stays fixed all the way.
class MovingCamera {
 public:
  Camera now, goal;
  // Moves on by `seconds`; answers whether it is still moving.
  bool advance(double seconds);
  // Arrives at once.
  void settle() { now = goal; }
  bool moving() const;
  void set_viewport(const Box& viewport);
};

}  // namespace differentia::viewer

#include "viewer/camera.h"

#include <algorithm>
#include <cmath>

namespace differentia::viewer {

namespace {

// Share of the way left per second is exp(-kRate): 90 % of a movement is done after 0.13 s.
constexpr double kRate = 18;

Point middle(const Box& box) {
  return {box.x + box.width / 2, box.y + box.height / 2};
}

}  // namespace

Point Camera::to_screen(Point world) const {
  const Point m = middle(viewport);
  return {m.x + (world.x - centre.x) * scale, m.y + (world.y - centre.y) * scale};
}

Point Camera::to_world(Point screen) const {
  const Point m = middle(viewport);
  return {centre.x + (screen.x - m.x) / scale, centre.y + (screen.y - m.y) / scale};
}

Box Camera::to_screen(const Box& world) const {
  const Point corner = to_screen(Point{world.x, world.y});
  return {corner.x, corner.y, world.width * scale, world.height * scale};
}

Box Camera::visible() const {
  const Point corner = to_world({viewport.x, viewport.y});
  return {corner.x, corner.y, viewport.width / scale, viewport.height / scale};
}

void Camera::zoom_at(Point screen, double factor) {
  const Point held = to_world(screen);
  const Point m = middle(viewport);
  scale = std::clamp(scale * factor, min_scale, max_scale);
  centre = {held.x - (screen.x - m.x) / scale, held.y - (screen.y - m.y) / scale};
}

void Camera::pan(double dx, double dy) {
  centre.x -= dx / scale;
  centre.y -= dy / scale;
}

void Camera::fit(const Box& world, double margin) {
  centre = middle(world);
  const double width = std::max(1.0, viewport.width - 2 * margin);
  const double height = std::max(1.0, viewport.height - 2 * margin);
  if (world.width > 0 && world.height > 0)
    scale = std::clamp(std::min(width / world.width, height / world.height), min_scale, max_scale);
}

void Camera::keep_inside(const Box& world) {
  centre.x = std::clamp(centre.x, world.x, world.x + world.width);
  centre.y = std::clamp(centre.y, world.y, world.y + world.height);
}

bool MovingCamera::moving() const {
  return std::abs(std::log(now.scale / goal.scale)) > 1e-3 ||
         std::hypot(now.centre.x - goal.centre.x, now.centre.y - goal.centre.y) * goal.scale > 0.25;
}

bool MovingCamera::advance(double seconds) {
  if (!moving()) {
    settle();
    return false;
  }
  const double left = std::exp(-kRate * std::clamp(seconds, 0.0, 0.1));
  const double ratio = now.scale / goal.scale;
  const double scale = goal.scale * std::pow(ratio, left);
  if (std::abs(ratio - 1) > 1e-6) {
    // The one world point that lies at the same place of the screen in start and goal is held
    // there.
    const auto glide = [&](double from, double to) {
      const double fixed = (from * now.scale - to * goal.scale) / (now.scale - goal.scale);
      return fixed + (from - fixed) * now.scale / scale;
    };
    now.centre = {glide(now.centre.x, goal.centre.x), glide(now.centre.y, goal.centre.y)};
  } else {
    now.centre = {goal.centre.x + (now.centre.x - goal.centre.x) * left,
                  goal.centre.y + (now.centre.y - goal.centre.y) * left};
  }
  now.scale = scale;
  return true;
}

void MovingCamera::set_viewport(const Box& viewport) {
  now.viewport = viewport;
  goal.viewport = viewport;
}

}  // namespace differentia::viewer

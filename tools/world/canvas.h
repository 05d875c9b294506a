#pragma once

// Small helpers that the painters share: colours, smooth noise, polygons at sub-pixel places.

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/core.hpp>

#include "base/random.h"
#include "tools/world/bird_shape.h"
#include "tools/world/description.h"

namespace differentia::world {

// Blue, green, red in 0 … 1, as the screen shows them (gamma-encoded) unless said otherwise.
using Color = cv::Vec3f;

Color to_color(const Rgb& rgb);
Color to_linear(const Color& encoded);  // gamma 2.2
float encode(float linear);             // its inverse, clamped to 0 … 1, by table

inline float smoothstep(float low, float high, float x) {
  const float t = std::clamp((x - low) / (high - low), 0.f, 1.f);
  return t * t * (3 - 2 * t);
}
inline float mix(float a, float b, float t) {
  return a + (b - a) * t;
}
inline Color mix(const Color& a, const Color& b, float t) {
  return a + (b - a) * t;
}

// Smooth noise that repeats in both directions, values about −1 … 1.
class NoiseTile {
 public:
  explicit NoiseTile(Random random);
  // One unit of x or y is one lattice step.
  float operator()(float x, float y) const {
    const float fx = std::floor(x), fy = std::floor(y);
    const int ix = static_cast<int>(fx) & kMask, iy = static_cast<int>(fy) & kMask;
    const float tx = x - fx, ty = y - fy;
    const int jx = (ix + 1) & kMask, jy = (iy + 1) & kMask;
    const float top = mix(at(ix, iy), at(jx, iy), tx * tx * (3 - 2 * tx));
    const float bottom = mix(at(ix, jy), at(jx, jy), tx * tx * (3 - 2 * tx));
    return mix(top, bottom, ty * ty * (3 - 2 * ty));
  }

 private:
  static constexpr int kSide = 64, kMask = kSide - 1;
  float at(int x, int y) const { return values_[static_cast<std::size_t>(y * kSide + x)]; }
  std::vector<float> values_;
};

// Noise over a picture (CV_32F, about 0 … 1): octaves of random grids of `cells_x` × `cells_y`,
// each twice as fine and `persistence` times as strong as the last, enlarged smoothly.
cv::Mat cloud_noise(Random& random, cv::Size size, double cells_x, double cells_y, int octaves,
                    double persistence = 0.5);

// Fills an outline (pixels, sub-pixel exact) with a value.
void fill_outline(cv::Mat& picture, const Outline& outline, const cv::Scalar& value,
                  bool anti_alias = false);
void draw_curve(cv::Mat& picture, const Outline& points, const cv::Scalar& value, double thickness,
                bool anti_alias = false);

// A band along a curve whose width runs from `start` to `end`.
Outline ribbon(const Outline& points, double start, double end);

// Lays a colour over the inside of an outline (CV_32FC3 picture), anti-aliased.
void paint_outline(cv::Mat& picture, const Outline& outline, const Color& color, float opacity = 1);
// Likewise along a curve `width` wide.
void paint_curve(cv::Mat& picture, const Outline& points, const Color& color, double width,
                 float opacity = 1);
// Multiplies by `factor` where a soft blot lies (a shadow, where factor < 1).
void shade_blot(cv::Mat& picture, const Point& centre, double rx, double ry, float factor);

// A pointed leaf from its stalk to its tip.
Outline leaf_outline(const Point& base, const Point& tip, double width);

Outline ellipse_outline(const Point& centre, double rx, double ry, double degrees = 0,
                        int points = 24);

}  // namespace differentia::world

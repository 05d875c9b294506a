#pragma once

// Inside tools/world/bird_*.cpp only: paints one bird at more than the frame's resolution. Every
// sample gets a material, a pattern, relief and a normal, part by part (bird_paint.cpp,
// bird_body.cpp); then all of them are lit (bird_light.cpp).

#include <cstdint>
#include <vector>

#include "tools/world/bird_paint.h"
#include "tools/world/plumage.h"

namespace differentia::world {

// What a sample is made of. Colours are linear.
struct Material {
  Part part = Part::none;
  Color color;
  float relief = 0;  // strength of `detail`
  float gloss = 0;
  bool soft = false;  // body feathers
};

class BirdPainter {
 public:
  static constexpr int kFine = 2;  // samples per pixel and direction

  // Covers `roi` of the frame. `bird` and `shape` must outlive it.
  BirdPainter(const Bird& bird, const BirdShape& shape, const cv::Matx23d& to_frame, cv::Rect roi);
  BirdLayer paint(const Light& light);

 private:
  const PartLook& look(Part part) const { return bird_.looks[static_cast<std::size_t>(part)]; }
  Point map(const Point& p) const {
    return {(to_fine_(0, 0) * p.x + to_fine_(0, 1) * p.y + to_fine_(0, 2)),
            (to_fine_(1, 0) * p.x + to_fine_(1, 1) * p.y + to_fine_(1, 2))};
  }
  Outline map(const Outline& points) const {
    Outline out;
    out.reserve(points.size());
    for (const Point& p : points) out.push_back(map(p));
    return out;
  }
  // A direction in the bird's units as one on the screen.
  Point map_way(const Point& p) const {
    return Point(to_fine_(0, 0) * p.x + to_fine_(0, 1) * p.y,
                 to_fine_(1, 0) * p.x + to_fine_(1, 1) * p.y) /
           unit_;
  }
  std::uint8_t add(Part part, const Color& color, float relief, float gloss = 0);
  std::uint8_t add(Part part, float darker = 1, float relief = 0.16f, float gloss = 0) {
    return add(part, darker * to_linear(to_color(look(part).color)), relief, gloss);
  }
  void fill(const Outline& outline, std::uint8_t material) {
    fill_outline(material_, map(outline), material);
  }
  void shade(const Outline& outline, int value) { fill_outline(detail_, map(outline), value); }
  void line(const Outline& points, int value, double width) {
    draw_curve(detail_, map(points), value, width * unit_);
  }
  // bird_paint.cpp
  void paint_legs();
  void paint_bill();
  void paint_tail();
  void paint_wing();
  void paint_eye();
  void feather(const Feather& feather, std::uint8_t material, int tone);
  // bird_body.cpp
  void paint_body();
  void raster_body();
  void paint_plumage();
  // Lays the part's pattern over everything of `target`, in the frame (along, across).
  void lay_pattern(Part part, std::uint8_t target, std::uint8_t pattern, const Point& along,
                   const Point& across, double scale);
  // bird_light.cpp
  BirdLayer lit(const Light& light);
  cv::Mat light_field(const Light& light);
  cv::Mat plumage_colors() const;

  const Bird& bird_;
  const BirdShape& shape_;
  const cv::Rect roi_;
  cv::Matx23d to_fine_;  // bird's units to samples of the region
  double unit_ = 1;      // samples per unit
  PatternField field_;
  std::vector<Material> materials_;
  cv::Mat material_;  // CV_8U, index into materials_; 0 nothing
  cv::Mat second_;    // CV_8U, material of the pattern
  cv::Mat pattern_;   // CV_8U, how much of it, 0 … 255
  cv::Mat detail_;    // CV_8U, 128 neutral
  cv::Mat shadow_;    // CV_8U, 255 full shadow, cast by the wing and the body
  cv::Mat normal_;    // CV_32FC2, on the screen
  cv::Mat place_;     // CV_32FC4, BodyPlace of the body's samples; t < 0 where none
};

}  // namespace differentia::world

#pragma once

// The paper that a plate is composed on: what is to be drawn, in order, from the top down. The
// height is known when everything is set; then it is drawn, once or on several surfaces.

#include <functional>
#include <vector>

#include <cairo.h>

#include "atlas/plate/plate_layout.h"
#include "atlas/plate/plate_pictures.h"
#include "atlas/plate/typesetter.h"

namespace differentia {

// What is drawn stays legible in grey: ink, a lighter ink, and one accent that is as dark.
struct Ink {
  double red, green, blue;
};
inline constexpr Ink kInk{0.13, 0.12, 0.11};
inline constexpr Ink kLightInk{0.36, 0.35, 0.34};
inline constexpr Ink kRule{0.62, 0.60, 0.57};
inline constexpr Ink kAccent{0.52, 0.17, 0.11};

class PlatePage {
 public:
  void text(const Paragraph& paragraph, double x, double y, Ink ink = kInk);
  // The picture fills the box; one without pixels is a frame.
  void picture(const PlatePicture& picture, const Box& box);
  void rule(Point from, Point to, double width = 0.4, Ink ink = kRule);
  void frame(const Box& box, double width = 0.4, Ink ink = kRule);
  // A thin line with a slender head at its end, legible on dark and on light.
  void arrow(const Segment& segment, double weight);

  // What is drawn between them leads to the top of that page of a PDF, 1 first; elsewhere nowhere.
  void begin_link(int page);
  void end_link();

  void draw(cairo_t* context) const;

 private:
  std::vector<std::function<void(cairo_t*)>> drawn_;
};

}  // namespace differentia

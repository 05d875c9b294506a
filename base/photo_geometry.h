#pragma once

// Where things lie: in a photo, in a model's input, on a layer's grid.
//
// Photo coordinates are those of the oriented photo (after EXIF orientation) at its full size, in
// pixels, measured at pixel edges: the top left corner of the photo is (0, 0), the centre of its
// first pixel (0.5, 0.5).

#include <array>

namespace differentia {

struct Size {
  int width = 0;
  int height = 0;
};

inline bool operator==(const Size& a, const Size& b) {
  return a.width == b.width && a.height == b.height;
}
inline bool operator!=(const Size& a, const Size& b) {
  return !(a == b);
}

struct Point {
  double x = 0;
  double y = 0;
};

struct Box {
  double x = 0;  // left
  double y = 0;  // top
  double width = 0;
  double height = 0;
};

// The part of `box` inside (0, 0, size); an empty box where they do not meet.
Box clip(const Box& box, Size size);

// Intersection over union; 0 for empty boxes.
double overlap(const Box& a, const Box& b);

// The axis-aligned map between a photo and the model's input made of it: input = scale * photo +
// offset, at pixel edges.
struct InputGeometry {
  Size photo;  // oriented, full size
  Size input;  // the model's input
  double scale_x = 1, scale_y = 1;
  double offset_x = 0, offset_y = 0;

  Point to_input(Point photo_point) const;
  Point to_photo(Point input_point) const;
  Box to_photo(const Box& input_box) const;
  // The part of the photo that the input shows. Outside it there is no evidence, which is not zero.
  Box visible() const;
};

// A layer's grid over the model's input. A position (row, column) has its receptive field's centre
// at first + stride * (column, row) in input coordinates; its cell is the stride-sized box around
// that centre.
struct GridGeometry {
  int height = 0, width = 0;
  double stride_x = 0, stride_y = 0;
  double first_x = 0, first_y = 0;  // centre of position (0, 0)

  Point centre(int row, int column) const;
  // `cells` wide and high around the position's centre; may reach beyond the input.
  Box box(int row, int column, double cells = 1) const;
};

}  // namespace differentia

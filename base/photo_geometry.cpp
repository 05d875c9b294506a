#include "base/photo_geometry.h"

#include <algorithm>

namespace differentia {

Box clip(const Box& box, Size size) {
  const double left = std::clamp(box.x, 0.0, static_cast<double>(size.width));
  const double top = std::clamp(box.y, 0.0, static_cast<double>(size.height));
  const double right = std::clamp(box.x + box.width, left, static_cast<double>(size.width));
  const double bottom = std::clamp(box.y + box.height, top, static_cast<double>(size.height));
  return {left, top, right - left, bottom - top};
}

double overlap(const Box& a, const Box& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const double both = width * height;
  return both / (a.width * a.height + b.width * b.height - both);
}

Point InputGeometry::to_input(Point photo_point) const {
  return {scale_x * photo_point.x + offset_x, scale_y * photo_point.y + offset_y};
}

Point InputGeometry::to_photo(Point input_point) const {
  return {(input_point.x - offset_x) / scale_x, (input_point.y - offset_y) / scale_y};
}

Box InputGeometry::to_photo(const Box& input_box) const {
  const Point corner = to_photo(Point{input_box.x, input_box.y});
  return {corner.x, corner.y, input_box.width / scale_x, input_box.height / scale_y};
}

Box InputGeometry::visible() const {
  return clip(
      to_photo(Box{0, 0, static_cast<double>(input.width), static_cast<double>(input.height)}),
      photo);
}

Point GridGeometry::centre(int row, int column) const {
  return {first_x + stride_x * column, first_y + stride_y * row};
}

Box GridGeometry::box(int row, int column, double cells) const {
  const Point middle = centre(row, column);
  return {middle.x - cells * stride_x / 2, middle.y - cells * stride_y / 2, cells * stride_x,
          cells * stride_y};
}

}  // namespace differentia

#include "explain/regions/windows.h"

#include <algorithm>
#include <cmath>

namespace differentia {

std::vector<Box> search_windows(Size photo, const WindowOptions& options) {
  const double shorter = std::min(photo.width, photo.height);
  std::vector<Box> windows = {{0, 0, double(photo.width), double(photo.height)}};
  for (const double fraction : options.sides) {
    const double side = fraction * shorter;
    const auto count = [&](double length) {
      return 1 + static_cast<int>(std::ceil((length - side) / (options.step * side) - 1e-6));
    };
    const auto place = [&](int i, int of, double length) {
      return of == 1 ? (length - side) / 2 : (length - side) * i / (of - 1);
    };
    const int columns = count(photo.width), rows = count(photo.height);
    for (int row = 0; row < rows; ++row)
      for (int column = 0; column < columns; ++column)
        windows.push_back(
            {place(column, columns, photo.width), place(row, rows, photo.height), side, side});
  }
  return windows;
}

Box with_margin(const Box& box, double factor, const Box& within) {
  const double longer = factor * std::max(box.width, box.height);
  const double width = std::max(factor * box.width, 0.75 * longer);
  const double height = std::max(factor * box.height, 0.75 * longer);
  const double centre_x = box.x + box.width / 2, centre_y = box.y + box.height / 2;
  const double left = std::max(within.x, centre_x - width / 2);
  const double top = std::max(within.y, centre_y - height / 2);
  const double right = std::min(within.x + within.width, centre_x + width / 2);
  const double bottom = std::min(within.y + within.height, centre_y + height / 2);
  return {left, top, std::max(0.0, right - left), std::max(0.0, bottom - top)};
}

}  // namespace differentia

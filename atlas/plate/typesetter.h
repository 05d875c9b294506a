#pragma once

// Text of a plate: measured once, drawn on any Cairo surface with the same line breaks. Sizes and
// widths are in the plate's units (points on a page, CSS pixels on a phone).

#include <memory>
#include <string>

#include <cairo.h>

namespace differentia {

// Letterspaced small capitals.
std::string small_caps(const std::string& markup);
std::string grey(const std::string& markup);

enum class Align { kLeft, kCentre, kRight };

// A set piece of text. Its drawn rows lie in [0, width] × [0, height].
class Paragraph {
 public:
  Paragraph() = default;                           // empty
  double width() const { return width_; }          // of its longest row
  double set_width() const { return set_width_; }  // that it was set to
  double height() const { return height_; }
  double first_row() const {
    return first_row_;
  }  // height of the middle of its first row's x-height
  bool empty() const { return layout_ == nullptr; }
  int rows() const;
  bool cut_short() const;  // it has an ellipsis

  // With its left edge (of the width it was set to) and its top there; in the context's colour.
  void draw(cairo_t* context, double x, double y) const;

 private:
  friend class Typesetter;
  std::shared_ptr<void> layout_;
  double width_ = 0, set_width_ = 0, height_ = 0, first_row_ = 0;
};

struct TextStyle {
  double size = 9;
  Align align = Align::kLeft;
  double leading = 1.14;  // row distance over the font's own
  int most_rows = 0;      // then an ellipsis; 0: as many as it takes
  bool display = false;   // the cut for large sizes
};

class Typesetter {
 public:
  Typesetter();
  Paragraph set(const std::string& markup, double width, const TextStyle& style) const;

 private:
  std::shared_ptr<void> context_;
};

}  // namespace differentia

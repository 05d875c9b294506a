#pragma once

// Pages that fill from the top down: what does not fit begins the next.

#include <limits>
#include <string>
#include <vector>

#include "atlas/plate/plate_page.h"
#include "atlas/plate/typesetter.h"

namespace differentia {

inline constexpr double kA4Width = 595, kA4Height = 842;  // points

class PageFlow {
 public:
  struct Measures {
    double width = kA4Width;
    double height = kA4Height;  // infinite: one page, as high as it takes
    double side = 44, top = 40, bottom = 46;
  };
  explicit PageFlow(const Measures& measures) : m_(measures) { new_page(); }

  double left() const { return m_.side; }
  double inner() const { return m_.width - 2 * m_.side; }
  double y() const { return y_; }
  // Whether that much more fits on the page.
  bool fits(double height) const { return y_ + height <= m_.height - m_.bottom; }
  // Begins the next page where it does not.
  void need(double height) {
    if (!fits(height) && y_ > m_.top) new_page();
  }
  void new_page() {
    pages_.emplace_back();
    y_ = m_.top;
  }
  void move_to(double y) { y_ = y; }
  void skip(double height) { y_ += height; }

  PlatePage& page() { return pages_.back(); }
  // At the height that has been reached, which it moves down by the paragraph's.
  void put(const Paragraph& paragraph, double x, Ink ink = kInk) {
    page().text(paragraph, x, y_, ink);
    y_ += paragraph.height();
  }
  Paragraph set(const std::string& markup, double width, double size,
                Align align = Align::kLeft) const {
    TextStyle style;
    style.size = size;
    style.align = align;
    style.display = size > 16;
    return type_.set(markup, width, style);
  }

  const std::vector<PlatePage>& pages() const { return pages_; }
  double width() const { return m_.width; }
  // Of the last page, with its lower margin.
  double reached() const { return y_ + m_.bottom; }

 private:
  Measures m_;
  Typesetter type_;
  std::vector<PlatePage> pages_;
  double y_ = 0;
};

}  // namespace differentia

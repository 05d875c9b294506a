#include "atlas/plate/plate_page.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "base/image/write_picture.h"

namespace differentia {
namespace {

constexpr int kJpegQuality = 92;

void set_ink(cairo_t* context, Ink ink) {
  cairo_set_source_rgb(context, ink.red, ink.green, ink.blue);
}

// The pixels and, for PDF and SVG, the JPEG that stands for them there.
std::shared_ptr<cairo_surface_t> surface_of(const cv::Mat& bgr) {
  cairo_surface_t* surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, bgr.cols, bgr.rows);
  unsigned char* pixels = cairo_image_surface_get_data(surface);
  const int stride = cairo_image_surface_get_stride(surface);
  for (int y = 0; y < bgr.rows; ++y) {
    auto* row = reinterpret_cast<std::uint32_t*>(pixels + static_cast<std::ptrdiff_t>(y) * stride);
    const auto* from = bgr.ptr<cv::Vec3b>(y);
    for (int x = 0; x < bgr.cols; ++x)
      row[x] = static_cast<std::uint32_t>(from[x][2]) << 16 |
               static_cast<std::uint32_t>(from[x][1]) << 8 | from[x][0];
  }
  cairo_surface_mark_dirty(surface);
  auto* jpeg = new std::vector<std::uint8_t>(encode_jpeg(bgr, kJpegQuality));
  const auto let_go = [](void* bytes) { delete static_cast<std::vector<std::uint8_t>*>(bytes); };
  if (cairo_surface_set_mime_data(surface, CAIRO_MIME_TYPE_JPEG, jpeg->data(), jpeg->size(), let_go,
                                  jpeg) != CAIRO_STATUS_SUCCESS)
    let_go(jpeg);
  return {surface, cairo_surface_destroy};
}

}  // namespace

void PlatePage::text(const Paragraph& paragraph, double x, double y, Ink ink) {
  drawn_.emplace_back([=](cairo_t* context) {
    set_ink(context, ink);
    paragraph.draw(context, x, y);
  });
}

void PlatePage::picture(const PlatePicture& picture, const Box& box) {
  if (picture.bgr.empty()) return frame(box);
  const std::shared_ptr<cairo_surface_t> surface = surface_of(picture.bgr);
  const int columns = picture.bgr.cols, rows = picture.bgr.rows;
  drawn_.emplace_back([=](cairo_t* context) {
    cairo_save(context);
    cairo_rectangle(context, box.x, box.y, box.width, box.height);
    cairo_clip(context);
    cairo_translate(context, box.x, box.y);
    cairo_scale(context, box.width / columns, box.height / rows);
    cairo_set_source_surface(context, surface.get(), 0, 0);
    cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_GOOD);
    cairo_pattern_set_extend(cairo_get_source(context), CAIRO_EXTEND_PAD);
    cairo_paint(context);
    cairo_restore(context);
  });
}

void PlatePage::rule(Point from, Point to, double width, Ink ink) {
  drawn_.emplace_back([=](cairo_t* context) {
    set_ink(context, ink);
    cairo_set_line_width(context, width);
    cairo_move_to(context, from.x, from.y);
    cairo_line_to(context, to.x, to.y);
    cairo_stroke(context);
  });
}

void PlatePage::frame(const Box& box, double width, Ink ink) {
  drawn_.emplace_back([=](cairo_t* context) {
    set_ink(context, ink);
    cairo_set_line_width(context, width);
    cairo_rectangle(context, box.x, box.y, box.width, box.height);
    cairo_stroke(context);
  });
}

void PlatePage::arrow(const Segment& segment, double weight) {
  drawn_.emplace_back([=](cairo_t* context) {
    const double length = std::hypot(segment.to.x - segment.from.x, segment.to.y - segment.from.y);
    if (length <= 0) return;
    const Point way{(segment.to.x - segment.from.x) / length,
                    (segment.to.y - segment.from.y) / length};
    const double head = std::min(7.5 * weight, length), half = 2.1 * weight;
    const Point neck{segment.to.x - head * way.x, segment.to.y - head * way.y};
    const auto line = [&](Point end) {
      cairo_move_to(context, segment.from.x, segment.from.y);
      cairo_line_to(context, end.x, end.y);
    };
    const auto tip = [&] {
      cairo_move_to(context, segment.to.x, segment.to.y);
      cairo_line_to(context, neck.x - half * way.y, neck.y + half * way.x);
      cairo_line_to(context, neck.x + half * way.y, neck.y - half * way.x);
      cairo_close_path(context);
    };
    // White beneath, so that the line is seen on dark plumage.
    cairo_save(context);
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND);
    cairo_set_source_rgb(context, 1, 1, 1);
    cairo_set_line_width(context, 2.2 * weight);
    line(neck);
    cairo_stroke(context);
    cairo_set_line_width(context, 1.5 * weight);
    tip();
    cairo_stroke(context);
    set_ink(context, kInk);
    cairo_set_line_width(context, 0.75 * weight);
    cairo_set_line_cap(context, CAIRO_LINE_CAP_BUTT);
    line(neck);
    cairo_stroke(context);
    tip();
    cairo_fill(context);
    cairo_restore(context);
  });
}

void PlatePage::begin_link(int page) {
  drawn_.emplace_back([=](cairo_t* context) {
    cairo_tag_begin(context, CAIRO_TAG_LINK, fmt::format("page={} pos=[0 0]", page).c_str());
  });
}

void PlatePage::end_link() {
  drawn_.emplace_back([](cairo_t* context) { cairo_tag_end(context, CAIRO_TAG_LINK); });
}

void PlatePage::draw(cairo_t* context) const {
  for (const auto& one : drawn_) one(context);
}

}  // namespace differentia

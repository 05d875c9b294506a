#include "atlas/plate/typesetter.h"

#include <algorithm>

#include <fmt/format.h>
#include <pango/pangocairo.h>

namespace differentia {
namespace {

// Fontconfig takes the first that is there.
constexpr const char* kText =
    "Linux Libertine O, Libertinus Serif, EB Garamond, DejaVu Serif, serif";
constexpr const char* kDisplay =
    "Linux Libertine Display O, Linux Libertine O, Libertinus Serif, DejaVu Serif, serif";

PangoLayout* layout_of(const std::shared_ptr<void>& pointer) {
  return static_cast<PangoLayout*>(pointer.get());
}

}  // namespace

std::string small_caps(const std::string& markup) {
  return "<span font_features=\"smcp=1\" letter_spacing=\"700\">" + markup + "</span>";
}

std::string grey(const std::string& markup) {
  return "<span foreground=\"#5c5a56\">" + markup + "</span>";
}

int Paragraph::rows() const {
  return empty() ? 0 : pango_layout_get_line_count(layout_of(layout_));
}

bool Paragraph::cut_short() const {
  return !empty() && pango_layout_is_ellipsized(layout_of(layout_)) != 0;
}

void Paragraph::draw(cairo_t* context, double x, double y) const {
  if (empty()) return;
  cairo_move_to(context, x, y);
  pango_cairo_show_layout(context, layout_of(layout_));
}

Typesetter::Typesetter() {
  // A font map of its own, so that nobody else's settings are in it.
  PangoFontMap* map = pango_cairo_font_map_new();
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map), 72);
  PangoContext* context = pango_font_map_create_context(map);
  g_object_unref(map);
  // No hinting: rows break at the same words at every resolution and on every surface.
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(context, options);
  cairo_font_options_destroy(options);
  pango_context_set_round_glyph_positions(context, FALSE);
  pango_context_set_language(context, pango_language_from_string("en"));
  context_ = std::shared_ptr<void>(context, g_object_unref);
}

Paragraph Typesetter::set(const std::string& markup, double width, const TextStyle& style) const {
  Paragraph out;
  if (markup.empty()) return out;
  PangoLayout* layout = pango_layout_new(static_cast<PangoContext*>(context_.get()));
  out.layout_ = std::shared_ptr<void>(layout, g_object_unref);
  PangoFontDescription* font = pango_font_description_from_string(style.display ? kDisplay : kText);
  pango_font_description_set_size(font, static_cast<int>(style.size * PANGO_SCALE));
  pango_layout_set_font_description(layout, font);
  pango_font_description_free(font);
  pango_layout_set_width(layout, static_cast<int>(width * PANGO_SCALE));
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_line_spacing(layout, static_cast<float>(style.leading));
  pango_layout_set_alignment(layout, style.align == Align::kLeft     ? PANGO_ALIGN_LEFT
                                     : style.align == Align::kCentre ? PANGO_ALIGN_CENTER
                                                                     : PANGO_ALIGN_RIGHT);
  if (style.most_rows > 0) {
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_height(layout, -style.most_rows);
  }
  pango_layout_set_markup(layout, markup.c_str(), -1);
  PangoRectangle logical;
  pango_layout_get_extents(layout, nullptr, &logical);
  out.width_ = static_cast<double>(logical.width) / PANGO_SCALE;
  out.set_width_ = width;
  out.height_ = static_cast<double>(logical.y + logical.height) / PANGO_SCALE;
  out.first_row_ =
      static_cast<double>(pango_layout_get_baseline(layout)) / PANGO_SCALE - 0.22 * style.size;
  return out;
}

}  // namespace differentia

#pragma once

// The small parts that the panels are set from, over ImGui. Texts are drawn in the theme's fonts
// and colours.

#include <cstdint>
#include <string>
#include <vector>

#include <imgui.h>

#include "base/photo_geometry.h"
#include "base/statistics.h"
#include "viewer/desk.h"

namespace differentia::viewer {

inline ImVec2 vec(Point p) {
  return {static_cast<float>(p.x), static_cast<float>(p.y)};
}
inline ImVec2 corner(const Box& b) {
  return {static_cast<float>(b.x), static_cast<float>(b.y)};
}
inline ImVec2 far_corner(const Box& b) {
  return {static_cast<float>(b.x + b.width), static_cast<float>(b.y + b.height)};
}
inline bool contains(const Box& b, ImVec2 p) {
  return p.x >= b.x && p.y >= b.y && p.x < b.x + b.width && p.y < b.y + b.height;
}

// A window without decoration that fills `place`; end with ImGui::End(). `background` 0:
// see-through. Opaque ground is filled by the renderer: on software renderers a clear costs a tenth
// of what ImGui's textured triangles cost. `in_front`: of the panels, whose clicks it takes.
bool begin_panel(const Desk& desk, const char* id, const Box& place, std::uint32_t background,
                 ImVec2 padding, bool in_front = false);

void text(ImFont* font, std::uint32_t colour, const std::string& value);
void wrapped_text(ImFont* font, std::uint32_t colour, const std::string& value);
ImVec2 text_size(ImFont* font, const std::string& value);
void draw_text(ImDrawList* list, ImFont* font, ImVec2 at, std::uint32_t colour,
               const std::string& value);
// As much of the text as fits, with "…" at its end where it does not.
std::string elided(ImFont* font, const std::string& value, float width);

// The same with "…" at its front.
std::string elided_front(ImFont* font, const std::string& value, float width);

// A small heading over what follows.
void section(const Desk& desk, const std::string& title);
// Label on the left, value flush right, small print right of it, or below where that does not fit.
void stat_row(const Desk& desk, const std::string& label, const std::string& value,
              const std::string& small_print = {});
void gap(const Desk& desk, double pixels);

// One of several; answers whether it changed.
bool segmented(const Desk& desk, const char* id, const std::vector<std::string>& labels,
               int& chosen);
// A field with a magnifying glass; answers whether it changed.
bool search_field(const Desk& desk, const char* id, const std::string& hint, std::string& value,
                  bool focus);
// A list that opens on a click; when it answers yes, its rows follow, then ImGui::EndCombo().
bool begin_choice(const Desk& desk, const char* id, const std::string& current);
// Plain text that can be clicked.
bool link(const Desk& desk, const std::string& label);
bool quiet_button(const Desk& desk, const std::string& label);
bool toggle(const Desk& desk, const std::string& label, bool& on);

// A bar from zero to the value with a line for the interval, over a range low…high.
void interval_bar(ImDrawList* list, const Box& place, const Estimate& estimate, double low,
                  double high, std::uint32_t colour, std::uint32_t line, std::uint32_t ground);

// A picture filling `place` (cropped to its shape), or a quiet square while there is none. `uv` is
// the part shown.
void picture_or_wait(const Desk& desk, ImDrawList* list, const Picture* picture, const Box& place,
                     float rounding);
// The largest box of that shape within `place`, centred.
Box fitted(Size shape, const Box& place);

// The mark for waiting: three dots, still in snapshots.
void waiting(const Desk& desk, const std::string& what);

}  // namespace differentia::viewer

#pragma once

// How everything looks: colours, type, spacing. One dark theme, sized by one factor.

#include <cstdint>

struct ImFont;

namespace differentia::viewer {

constexpr std::uint32_t rgba(std::uint32_t rgb, std::uint32_t alpha = 255) {
  return (rgb >> 16 & 255) | (rgb & 0xFF00) | (rgb & 255) << 16 | alpha << 24;
}

struct Colours {
  std::uint32_t canvas = rgba(0x0F1114);
  std::uint32_t panel = rgba(0x17191D);
  std::uint32_t raised = rgba(0x1F2227);
  std::uint32_t hovered = rgba(0x282C33);
  std::uint32_t line = rgba(0x2A2E35);
  std::uint32_t text = rgba(0xE8EAED);
  std::uint32_t quiet = rgba(0x9BA3AE);
  std::uint32_t faint = rgba(0x858D98);
  std::uint32_t accent = rgba(0x7FD1BE);
  std::uint32_t accent_fill = rgba(0x7FD1BE, 38);
  std::uint32_t warning = rgba(0xE9B872);
  std::uint32_t positive = rgba(0xE58A7B);  // speaks for: the red end of the signed colours
  std::uint32_t negative = rgba(0x7BA7E5);  // speaks against: the blue end
};

struct Theme {
  float scale = 1;
  Colours colours;
  ImFont* regular = nullptr;  // 15 px
  ImFont* small = nullptr;    // 13 px
  ImFont* bold = nullptr;     // 15 px
  ImFont* italic = nullptr;   // 15 px
  ImFont* title = nullptr;    // 21 px
  ImFont* title_italic = nullptr;
  ImFont* huge = nullptr;  // 34 px

  float px(double value) const { return static_cast<float>(value) * scale; }
};

// Loads the fonts at their scaled sizes into the current ImGui context (Inter, or DejaVu Sans, or
// ImGui's own) and sets its style.
Theme make_theme(float scale);

// Distinct colours for concepts, by number: Okabe and Ito's, lightened for a dark ground, then
// lighter and darker kin.
std::uint32_t concept_colour(std::int32_t number);

}  // namespace differentia::viewer

#pragma once

// Lines as a renderer draws them: ribbons of triangles.

#include <cstdint>
#include <vector>

#include <imgui.h>
#include <gsl/span>

#include "viewer/renderer.h"

namespace differentia::viewer {

// A line within a casing, which keeps it readable over any picture.
struct LineLook {
  std::uint32_t colour = 0, casing = 0;  // 0xAABBGGRR; a casing without alpha is none
  float width = 1, casing_width = 0;     // pixels
};

// Ribbons of many lines, for Renderer::draw_ribbons.
struct Ribbons {
  std::vector<RibbonCorner> corners;
  std::vector<std::int32_t> counts;  // of the corners of each ribbon
  void clear();
};

// Adds a line through `corners`, no two following ones of which are the same. Joints are pointed,
// but those of very sharp turns are cut short, as ImGui's are. The edges fade over one pixel, half
// of it to either side.
void add_line(Ribbons& ribbons, gsl::span<const ImVec2> corners, bool closed, const LineLook& look);

}  // namespace differentia::viewer

#include "viewer/map_overlays.h"

#include <algorithm>
#include <cmath>

#include "viewer/label_placement.h"
#include "viewer/number_text.h"
#include "viewer/widgets.h"

namespace differentia::viewer {

namespace {

std::uint32_t with_alpha(std::uint32_t colour, std::uint32_t alpha) {
  return (colour & 0xFFFFFFu) | alpha << 24;
}

}  // namespace

void ring(const Desk& desk, ImDrawList* list, const Box& box) {
  const ImVec2 a = corner(box), b = far_corner(box);
  const float round = desk.theme.px(4);
  list->AddRect({a.x - 2, a.y - 2}, {b.x + 2, b.y + 2}, rgba(0x0F1114, 200), round, 0,
                desk.theme.px(4));
  list->AddRect({a.x - 1, a.y - 1}, {b.x + 1, b.y + 1}, rgba(0xFFFFFF), round, 0,
                desk.theme.px(1.8));
}

void banner(const Desk& desk, ImDrawList* list, const Box& canvas, const std::string& message) {
  const Theme& theme = desk.theme;
  const ImVec2 size = text_size(theme.small, message);
  const float x = static_cast<float>(canvas.x + canvas.width / 2) - size.x / 2;
  const float y = static_cast<float>(canvas.y) + theme.px(16);
  list->AddRectFilled({x - theme.px(12), y - theme.px(6)},
                      {x + size.x + theme.px(12), y + size.y + theme.px(6)},
                      with_alpha(theme.colours.raised, 240), theme.px(14));
  draw_text(list, theme.small, {x, y}, theme.colours.accent, message);
}

void draw_regions(const Desk& desk, ImDrawList* list, const Camera& camera,
                  const std::vector<Region>& regions, std::int32_t selected, std::int32_t most) {
  const std::int32_t hovered = desk.state.hovered_concept;
  const Box visible = camera.visible();
  std::vector<ImVec2> line;
  for (const Region& region : regions) {
    const bool strong = region.number == selected || region.number == hovered;
    if (!strong && region.number >= most) continue;
    const bool faint = !strong && (selected >= 0 || hovered >= 0);
    const std::uint32_t colour = with_alpha(concept_colour(region.number), strong  ? 255
                                                                           : faint ? 70
                                                                                   : 190);
    for (const auto& outline : region.outlines) {
      double left = 2, right = -1, top = 2, bottom = -1;
      line.clear();
      for (const Point& p : outline) {
        left = std::min(left, p.x);
        right = std::max(right, p.x);
        top = std::min(top, p.y);
        bottom = std::max(bottom, p.y);
        // Corners closer than this are not seen, and cost as much as any.
        const ImVec2 at = vec(camera.to_screen(p));
        if (line.empty() || std::abs(at.x - line.back().x) + std::abs(at.y - line.back().y) > 5)
          line.push_back(at);
      }
      if (right < visible.x || left > visible.x + visible.width || bottom < visible.y ||
          top > visible.y + visible.height)
        continue;
      // A dark casing keeps the line readable over any photo.
      if (!faint)
        list->AddPolyline(line.data(), static_cast<int>(line.size()),
                          rgba(0x0F1114, strong ? 190 : 130), ImDrawFlags_Closed,
                          desk.theme.px(strong ? 5 : 3.4));
      list->AddPolyline(line.data(), static_cast<int>(line.size()), colour, ImDrawFlags_Closed,
                        desk.theme.px(strong ? 2.4 : 1.5));
    }
  }
}

std::int32_t draw_concept_labels(const Desk& desk, ImDrawList* list, const Camera& camera,
                                 const MapSummary& map, bool hoverable, std::int32_t most,
                                 const std::vector<Box>& obstacles) {
  const Theme& theme = desk.theme;
  const float dot = theme.px(4), padding = theme.px(8), height = theme.px(22);
  struct Texts {
    std::string number, value;
    float number_width;
  };
  std::vector<Texts> texts;
  std::vector<LabelRequest> requests;
  const std::int32_t chosen = desk.state.selection.kind == Selection::Kind::kConcept
                                  ? desk.state.selection.concept_number
                                  : -1;
  std::vector<const store::ConceptRecord*> shown;
  for (const store::ConceptRecord& c : map.concepts)
    if (c.number == chosen) shown.push_back(&c);
  for (const store::ConceptRecord& c : map.concepts)
    if (c.number != chosen && (c.number < most || c.number == desk.state.hovered_concept))
      shown.push_back(&c);
  for (const store::ConceptRecord* record : shown) {
    const store::ConceptRecord& c = *record;
    Texts t{std::to_string(c.number), signed_text(c.attribution.value), 0};
    t.number_width = text_size(theme.bold, t.number).x;
    const float width = 2 * padding + 2 * dot + theme.px(6) + t.number_width + theme.px(7) +
                        text_size(theme.small, t.value).x;
    requests.push_back({camera.to_screen(Point{c.label_x, c.label_y}), width, height});
    texts.push_back(std::move(t));
  }
  Box canvas = camera.viewport;
  canvas.x += 4;
  canvas.y += 4;
  canvas.width -= 8;
  canvas.height -= 8;
  const auto places = place_labels(requests, canvas, obstacles);
  std::int32_t hovered = -1;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!places[i].shown) continue;
    const Box& box = places[i].box;
    const std::int32_t number = shown[i]->number;
    const bool under = hoverable && contains(box, ImGui::GetIO().MousePos);
    if (under) {
      hovered = number;
      ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    }
    const bool strong = under || number == chosen;
    list->AddRectFilled(corner(box), far_corner(box),
                        strong ? theme.colours.hovered : with_alpha(theme.colours.panel, 236),
                        height / 2);
    list->AddRect(corner(box), far_corner(box),
                  strong ? concept_colour(number) : rgba(0xFFFFFF, 26), height / 2, 0, 1);
    float x = static_cast<float>(box.x) + padding;
    const float middle = static_cast<float>(box.y) + height / 2;
    list->AddCircleFilled({x + dot, middle}, dot, concept_colour(number), 20);
    x += 2 * dot + theme.px(6);
    draw_text(list, theme.bold, {x, middle - theme.bold->FontSize / 2}, theme.colours.text,
              texts[i].number);
    x += texts[i].number_width + theme.px(7);
    draw_text(list, theme.small, {x, middle - theme.small->FontSize / 2}, theme.colours.quiet,
              texts[i].value);
  }
  return hovered;
}

Box legend_place(const Desk& desk, const Box& canvas) {
  const double width = desk.theme.px(204), height = desk.theme.px(69), margin = desk.theme.px(16);
  return {canvas.x + margin, canvas.y + canvas.height - margin - height, width, height};
}

Box minimap_place(const Desk& desk, const Box& canvas) {
  const double side = desk.theme.px(132), margin = desk.theme.px(16);
  return {canvas.x + canvas.width - side - margin, canvas.y + canvas.height - side - margin, side,
          side};
}

void draw_minimap_picture(const Desk& desk, ImDrawList* list, const Box& place,
                          const MapLevel& level, const Box& visible) {
  const Theme& theme = desk.theme;
  const float pad = theme.px(6);
  list->AddRectFilled({static_cast<float>(place.x) - pad, static_cast<float>(place.y) - pad},
                      {static_cast<float>(place.x + place.width) + pad,
                       static_cast<float>(place.y + place.height) + pad},
                      with_alpha(theme.colours.panel, 236), theme.px(6));
  const double side = place.width / level.bins;
  for (std::size_t i = 0; i < level.cells.count.size(); ++i) {
    const double share =
        std::min(1.0, std::log1p(level.cells.count[i]) / std::log1p(level.count_limit));
    const auto grey = static_cast<std::uint32_t>(50 + 130 * share);
    const Box box{place.x + level.cells.bin_x[i] * side, place.y + level.cells.bin_y[i] * side,
                  side, side};
    list->AddRectFilled(corner(box), far_corner(box), rgba(grey << 16 | grey << 8 | grey));
  }
  const Box shown{
      place.x + std::clamp(visible.x, 0.0, 1.0) * place.width,
      place.y + std::clamp(visible.y, 0.0, 1.0) * place.height,
      (std::clamp(visible.x + visible.width, 0.0, 1.0) - std::clamp(visible.x, 0.0, 1.0)) *
          place.width,
      (std::clamp(visible.y + visible.height, 0.0, 1.0) - std::clamp(visible.y, 0.0, 1.0)) *
          place.height};
  list->AddRectFilled(corner(shown), far_corner(shown), theme.colours.accent_fill);
  list->AddRect(corner(shown), far_corner(shown), theme.colours.accent, 2, 0, theme.px(1.4));
}

void draw_colour_legend(const Desk& desk, ImDrawList* list, const Box& canvas, ColourBy colour_by,
                        const Legend& legend) {
  if (!legend.continuous) return;
  const Theme& theme = desk.theme;
  const Box place = legend_place(desk, canvas);
  const float bar = theme.px(8), pad = theme.px(12);
  const float width = static_cast<float>(place.width) - 2 * pad;
  const float x = static_cast<float>(place.x) + pad;
  float y = static_cast<float>(place.y) + pad;
  list->AddRectFilled(corner(place), far_corner(place), with_alpha(theme.colours.panel, 240),
                      theme.px(8));
  draw_text(list, theme.small, {x, y - theme.px(2)}, theme.colours.text, legend.title);
  y += theme.px(20);
  constexpr int kSteps = 48;
  for (int i = 0; i < kSteps; ++i) {
    const float a = x + width * static_cast<float>(i) / kSteps;
    const float b = x + width * static_cast<float>(i + 1) / kSteps;
    const std::uint32_t left = legend_colour(colour_by, static_cast<double>(i) / kSteps);
    const std::uint32_t right = legend_colour(colour_by, static_cast<double>(i + 1) / kSteps);
    list->AddRectFilledMultiColor({a, y}, {b, y + bar}, left, right, right, left);
  }
  y += bar + theme.px(5);
  draw_text(list, theme.small, {x, y}, theme.colours.quiet, legend.low);
  draw_text(list, theme.small, {x + (width - text_size(theme.small, legend.middle).x) / 2, y},
            theme.colours.quiet, legend.middle);
  draw_text(list, theme.small, {x + width - text_size(theme.small, legend.high).x, y},
            theme.colours.quiet, legend.high);
}

}  // namespace differentia::viewer

#include "viewer/photo_overlays.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/image/colour_map.h"
#include "viewer/number_text.h"
#include "viewer/widgets.h"

namespace differentia::viewer {

namespace {

std::uint32_t packed(const Rgb& c) {
  return rgba(static_cast<std::uint32_t>(c[0]) << 16 | static_cast<std::uint32_t>(c[1]) << 8 |
              c[2]);
}

void hatch(const Desk& desk, ImDrawList* list, const Box& box) {
  if (box.width < 1 || box.height < 1) return;
  const ImVec2 a = corner(box), b = far_corner(box);
  list->PushClipRect(a, b, true);
  list->AddRectFilled(a, b, rgba(0x0F1114, 150));
  const float step = desk.theme.px(9), height = b.y - a.y;
  // Lines start on one lattice for all boxes, so that hatching does not swim while zooming.
  for (float x = std::floor((a.x - height) / step) * step; x < b.x; x += step)
    list->AddLine({x, b.y}, {x + height, a.y}, rgba(0xFFFFFF, 38), 1);
  list->PopClipRect();
}

}  // namespace

void draw_photo_header(Desk& desk, const Box& place) {
  const Theme& theme = desk.theme;
  PhotoView& view = desk.state.photo;
  begin_panel(desk, "photo header", place, theme.colours.panel, {0, 0});
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float left = static_cast<float>(place.x) + theme.px(20);
  const float top = static_cast<float>(place.y);
  ImGui::SetCursorScreenPos({left, top + theme.px(9)});
  if (link(desk, "‹  Map")) desk.state.screen = Screen::kMap;
  const Place* shown = view.place();
  const float right = static_cast<float>(place.x + place.width) - theme.px(16);
  const float arrows = theme.px(158);
  if (shown != nullptr) {
    const std::string name = std::filesystem::path(shown->photo.path).filename().string();
    const float title = left + theme.px(72);
    draw_text(list, theme.bold, {title, top + theme.px(9)}, theme.colours.text,
              elided(theme.bold, name, right - arrows - title));
    const auto& taxa = desk.catalogue->taxa().taxa;
    const auto taxon = static_cast<std::size_t>(shown->photo.taxon);
    if (taxon < taxa.size())
      draw_text(list, theme.italic, {title, top + theme.px(30)}, theme.colours.quiet,
                elided(theme.italic, display_name(taxa[taxon].name), right - arrows - title));
  }
  if (view.places.size() > 1) {
    const std::string count =
        std::to_string(view.index + 1) + " of " + std::to_string(view.places.size());
    const float button = theme.px(30);
    ImGui::SetCursorScreenPos({right - button, top + theme.px(15)});
    if (quiet_button(desk, "›")) view.step(1);
    const float width = text_size(theme.small, count).x;
    draw_text(list, theme.small, {right - button - theme.px(10) - width, top + theme.px(22)},
              theme.colours.quiet, count);
    ImGui::SetCursorScreenPos({right - 2 * button - theme.px(20) - width, top + theme.px(15)});
    if (quiet_button(desk, "‹")) view.step(-1);
  }
  list->AddLine(
      {static_cast<float>(place.x), static_cast<float>(place.y + place.height) - 1},
      {static_cast<float>(place.x + place.width), static_cast<float>(place.y + place.height) - 1},
      theme.colours.line);
  ImGui::End();
}

void draw_no_evidence(const Desk& desk, ImDrawList* list, const Box& photo, const Box& visible) {
  const Box seen{photo.x + visible.x * photo.width, photo.y + visible.y * photo.height,
                 visible.width * photo.width, visible.height * photo.height};
  const double right = seen.x + seen.width, bottom = seen.y + seen.height;
  hatch(desk, list, {photo.x, photo.y, photo.width, seen.y - photo.y});
  hatch(desk, list, {photo.x, bottom, photo.width, photo.y + photo.height - bottom});
  hatch(desk, list, {photo.x, seen.y, seen.x - photo.x, seen.height});
  hatch(desk, list, {right, seen.y, photo.x + photo.width - right, seen.height});
}

void draw_photo_box(const Desk& desk, ImDrawList* list, const Box& box) {
  const ImVec2 a = corner(box), b = far_corner(box);
  list->AddRect({a.x - 1, a.y - 1}, {b.x + 1, b.y + 1}, rgba(0x000000, 150), 3, 0,
                desk.theme.px(4));
  list->AddRect(a, b, rgba(0xFFFFFF), 3, 0, desk.theme.px(2));
}

void draw_saliency_legend(const Desk& desk, ImDrawList* list, const Box& canvas,
                          const SaliencyPicture& saliency) {
  const Theme& theme = desk.theme;
  const float width = theme.px(180), bar = theme.px(8), pad = theme.px(12);
  const float height = theme.px(20) + bar + theme.px(17);
  const float x = static_cast<float>(canvas.x) + theme.px(16) + pad;
  float y = static_cast<float>(canvas.y + canvas.height) - theme.px(16) - pad - height;
  list->AddRectFilled({x - pad, y - pad}, {x + width + pad, y + height + pad},
                      (theme.colours.panel & 0xFFFFFFu) | 240u << 24, theme.px(8));
  draw_text(list, theme.small, {x, y - theme.px(2)}, theme.colours.text,
            saliency.is_signed ? "Against and for the target" : "Evidence for the target");
  y += theme.px(20);
  const ColourMap map = saliency.is_signed ? ColourMap::kBlueRed : ColourMap::kViridis;
  constexpr int kSteps = 48;
  const auto at = [&](int i) {
    const double share = static_cast<double>(i) / kSteps;
    return packed(colour_of(map, saliency.is_signed ? share : 0.15 + 0.85 * share));
  };
  for (int i = 0; i < kSteps; ++i) {
    const float a = x + width * static_cast<float>(i) / kSteps;
    const float b = x + width * static_cast<float>(i + 1) / kSteps;
    list->AddRectFilledMultiColor({a, y}, {b, y + bar}, at(i), at(i + 1), at(i + 1), at(i));
  }
  y += bar + theme.px(5);
  const std::string low = saliency.is_signed ? "against" : "none";
  const std::string high = saliency.is_signed ? "for" : "strong";
  draw_text(list, theme.small, {x, y}, theme.colours.quiet, low);
  draw_text(list, theme.small, {x + width - text_size(theme.small, high).x, y}, theme.colours.quiet,
            high);
  const bool cropped = saliency.visible.width < 0.995 || saliency.visible.height < 0.995;
  if (cropped) {
    const std::string note = "hatched: not seen by the model";
    const ImVec2 size = text_size(theme.small, note);
    const float left = x + width + 2 * pad + theme.px(8);
    const float top =
        static_cast<float>(canvas.y + canvas.height) - theme.px(16) - size.y - theme.px(12);
    list->AddRectFilled({left, top}, {left + size.x + 2 * pad, top + size.y + theme.px(12)},
                        (theme.colours.panel & 0xFFFFFFu) | 240u << 24, theme.px(8));
    draw_text(list, theme.small, {left + pad, top + theme.px(6)}, theme.colours.quiet, note);
  }
}

void draw_missing_photo(const Desk& desk, const Box& canvas, const store::PhotoRecord& photo,
                        const std::string& path, const std::string& reason) {
  const Theme& theme = desk.theme;
  const bool there = std::filesystem::exists(path);
  const float width = std::min(theme.px(460), static_cast<float>(canvas.width) - theme.px(40));
  ImGui::SetCursorScreenPos({static_cast<float>(canvas.x + canvas.width / 2) - width / 2,
                             static_cast<float>(canvas.y + canvas.height * 0.36)});
  ImGui::BeginChild("missing", {width, theme.px(240)});
  text(theme.title, theme.colours.text,
       there ? "The photo cannot be read" : "The photo is not there");
  gap(desk, 4);
  wrapped_text(theme.regular, theme.colours.quiet, there ? reason : path + " does not exist.");
  if (!there) {
    gap(desk, 4);
    wrapped_text(theme.regular, theme.colours.quiet,
                 "If the photos were moved, start the viewer with --photos FOLDER, the folder that "
                 "holds " +
                     photo.path + ".");
  }
  ImGui::EndChild();
}

}  // namespace differentia::viewer

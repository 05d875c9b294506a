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
  if (link(desk, view.from_pair ? "‹  Pair" : "‹  Map"))
    desk.state.screen = view.from_pair ? Screen::kPair : Screen::kMap;
  const Place* shown = view.place();
  const float right = static_cast<float>(place.x + place.width) - theme.px(16);
  const float title = left + theme.px(72);
  const std::string count =
      std::to_string(view.index + 1) + " of " + std::to_string(view.places.size());
  const float count_width = text_size(theme.small, count).x, button = theme.px(30);
  const float arrows = view.places.size() > 1 ? 2 * button + theme.px(30) + count_width : 0;
  // Where there is little room the title has the first line to itself.
  const bool narrow = right - arrows - title < theme.px(160);
  if (shown != nullptr) {
    const std::string name = std::filesystem::path(shown->photo.path).filename().string();
    draw_text(list, theme.bold, {title, top + theme.px(9)}, theme.colours.text,
              elided(theme.bold, name, right - (narrow ? 0 : arrows) - title));
    const auto& taxa = desk.catalogue->taxa().taxa;
    const auto taxon = static_cast<std::size_t>(shown->photo.taxon);
    const float start = narrow ? left : title;
    if (taxon < taxa.size())
      draw_text(list, theme.italic, {start, top + theme.px(narrow ? 34 : 30)}, theme.colours.quiet,
                elided(theme.italic, display_name(taxa[taxon].name), right - arrows - start));
  }
  if (view.places.size() > 1) {
    const float y = top + theme.px(narrow ? 31 : 15);
    ImGui::SetCursorScreenPos({right - button, y});
    if (quiet_button(desk, "›")) view.step(1);
    draw_text(list, theme.small, {right - button - theme.px(10) - count_width, y + theme.px(7)},
              theme.colours.quiet, count);
    ImGui::SetCursorScreenPos({right - 2 * button - theme.px(20) - count_width, y});
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

void draw_saliency_legend(const Desk& desk, const SaliencyPicture& saliency) {
  const Theme& theme = desk.theme;
  text(theme.small, theme.colours.faint,
       saliency.is_signed     ? "Against and for the target"
       : saliency.is_relative ? "From least to most"
                              : "Evidence for the target");
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, bar = theme.px(8);
  const ColourMap map = saliency.is_signed ? ColourMap::kBlueRed : ColourMap::kViridis;
  constexpr int kSteps = 48;
  const auto colour_at = [&](int i) {
    const double share = static_cast<double>(i) / kSteps;
    return packed(colour_of(map, saliency.is_signed ? share : 0.15 + 0.85 * share));
  };
  for (int i = 0; i < kSteps; ++i) {
    const float a = at.x + width * static_cast<float>(i) / kSteps;
    const float b = at.x + width * static_cast<float>(i + 1) / kSteps;
    list->AddRectFilledMultiColor({a, at.y}, {b, at.y + bar}, colour_at(i), colour_at(i + 1),
                                  colour_at(i + 1), colour_at(i));
  }
  const float y = at.y + bar + theme.px(4);
  const std::string high = saliency.is_signed ? "for" : saliency.is_relative ? "most" : "strong";
  const std::string least = saliency.is_signed     ? "against"
                            : saliency.is_relative ? "least"
                                                   : "none";
  draw_text(list, theme.small, {at.x, y}, theme.colours.quiet, least);
  draw_text(list, theme.small, {at.x + width - text_size(theme.small, high).x, y},
            theme.colours.quiet, high);
  ImGui::Dummy({width, bar + theme.px(20)});
  if (saliency.visible.width < 0.995 || saliency.visible.height < 0.995)
    text(theme.small, theme.colours.faint, "Hatched: not seen by the model");
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

#include "viewer/pair_exemplars.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "viewer/number_text.h"
#include "viewer/pair_parts.h"
#include "viewer/picture_files.h"
#include "viewer/widgets.h"

namespace differentia::viewer {
namespace {

constexpr int kThumbnail = 384;  // pixels decoded along the longer side
constexpr double kWide = 132;    // of a photo's place, about
constexpr double kShape = 0.8;   // its height over its width
constexpr double kRing = 0.62;   // radius over the longer side of the mark's box

void draw_ring(const Theme& theme, ImDrawList* list, const Box& shown, double scale,
               const PairSighting& sighting) {
  const ImVec2 centre =
      vec({shown.x + sighting.place.x * scale, shown.y + sighting.place.y * scale});
  const float radius = std::max(
      theme.px(9),
      static_cast<float>(kRing * std::max(sighting.box.width, sighting.box.height) * scale));
  list->AddCircle(centre, radius, rgba(0x000000, 170), 40, theme.px(4));
  list->AddCircle(centre, radius, rgba(0xFFFFFF), 40, theme.px(1.8));
}

}  // namespace

void PairExemplars::draw_side(Desk& desk, const Box& place, const PairFindings& pair,
                              const PairMark& mark, bool of_a) {
  const Theme& theme = desk.theme;
  const bool carries = mark.of_a == of_a;
  const std::vector<PairSighting>& sightings = carries ? mark.sightings : mark.counterparts;
  const PhotoCount& seen = carries ? mark.seen : mark.seen_other;
  begin_panel(desk, of_a ? "pair photos a" : "pair photos b", place, theme.colours.canvas,
              {theme.px(14), theme.px(8)});
  const float room = ImGui::GetContentRegionAvail().x;
  const std::string count = "  seen in " + count_text(seen.with) + " of " + count_text(seen.of);
  const float count_width = text_size(theme.small, count).x;
  text(theme.italic, side_colour(theme, of_a),
       elided(theme.italic, pair.side(of_a).name, room - count_width));
  ImGui::SameLine(0, 0);
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() + theme.px(1.5));
  text(theme.small, theme.colours.quiet, count);
  ImGui::BeginChild("photos");
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float wide = ImGui::GetContentRegionAvail().x - theme.px(6), gap_width = theme.px(6);
  const int columns =
      std::max(1, static_cast<int>((wide + gap_width) / (theme.px(kWide) + gap_width)));
  const float width =
      (wide - static_cast<float>(columns - 1) * gap_width) / static_cast<float>(columns);
  const float height = width * static_cast<float>(kShape);
  const ImVec2 start = ImGui::GetCursorScreenPos();
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    const PairSighting& sighting = sightings[i];
    const auto row = static_cast<float>(static_cast<int>(i) / columns),
               column = static_cast<float>(static_cast<int>(i) % columns);
    const ImVec2 a{start.x + column * (width + gap_width), start.y + row * (height + gap_width)};
    ImGui::SetCursorScreenPos(a);
    ImGui::PushID(static_cast<int>(i));
    const bool clicked = ImGui::InvisibleButton("photo", {width, height});
    if (ImGui::IsItemVisible()) {
      const Box frame{a.x, a.y, width, height};
      const std::string path = desk.photo_path(sighting.photo);
      const std::string key = "photo:" + path;
      const Picture* picture = desk.thumbnails.get(key, "reading " + sighting.photo.path,
                                                   [path] { return load_photo(path, kThumbnail); });
      list->AddRectFilled(corner(frame), far_corner(frame), theme.colours.panel, theme.px(5));
      if (picture != nullptr) {
        const Box shown = fitted(picture->full_size, frame);
        list->AddImageRounded(reinterpret_cast<ImTextureID>(picture->texture), corner(shown),
                              far_corner(shown), {0, 0}, {1, 1}, IM_COL32_WHITE, theme.px(4));
        list->PushClipRect(corner(frame), far_corner(frame), true);
        draw_ring(theme, list, shown, shown.width / std::max(1, picture->full_size.width),
                  sighting);
        list->PopClipRect();
      } else if (desk.thumbnails.error(key).empty()) {
        complete_ = false;
      } else {
        draw_text(list, theme.small, {a.x + theme.px(8), a.y + height / 2 - theme.px(7)},
                  theme.colours.faint,
                  elided(theme.small, "photo not found", width - theme.px(12)));
      }
      if (ImGui::IsItemHovered()) {
        ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
        list->AddRect(corner(frame), far_corner(frame), theme.colours.accent, theme.px(5), 0,
                      theme.px(2));
        ImGui::SetTooltip("%s",
                          std::filesystem::path(sighting.photo.path).filename().string().c_str());
      }
    }
    if (clicked)
      open_photo_of_pair(desk, pair, places_of(sightings), i, mark_name(mark.number), of_a);
    ImGui::PopID();
  }
  if (sightings.empty()) text(theme.small, theme.colours.faint, "No photo to show.");
  ImGui::EndChild();
  ImGui::End();
}

void PairExemplars::draw(Desk& desk, const Box& place, const PairFindings& pair,
                         const PairMark& mark) {
  complete_ = true;
  const double half = std::floor(place.width / 2);
  draw_side(desk, {place.x, place.y, half, place.height}, pair, mark, true);
  draw_side(desk, {place.x + half, place.y, place.width - half, place.height}, pair, mark, false);
}

}  // namespace differentia::viewer

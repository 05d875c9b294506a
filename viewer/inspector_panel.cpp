#include "viewer/inspector_panel.h"

#include <algorithm>
#include <cmath>

#include "viewer/number_text.h"
#include "viewer/widgets.h"

namespace differentia::viewer {

namespace {

constexpr int kThumbnail = 384;  // pixels decoded along the longer side
constexpr int kPatch = 160;

std::string box_key(const Box& box) {
  return std::to_string(static_cast<long>(box.x)) + "," + std::to_string(static_cast<long>(box.y)) +
         "," + std::to_string(static_cast<long>(box.width)) + "," +
         std::to_string(static_cast<long>(box.height));
}

}  // namespace

void InspectorPanel::draw(Desk& desk, std::int32_t map_id, const MapSummary& map) {
  const Theme& theme = desk.theme;
  complete_ = true;
  const Selection selection = desk.state.selection;
  ImGui::Indent(theme.px(8));
  if (link(desk, "‹  All concepts")) desk.state.clear_selection();
  gap(desk, 6);
  ImGui::Unindent(theme.px(8));
  ImGui::BeginChild("inspector", {0, 0}, false);
  ImGui::Indent(theme.px(8));
  ImGui::PushItemWidth(-theme.px(8));
  if (selection.kind == Selection::Kind::kConcept) {
    const auto it = std::find_if(
        map.concepts.begin(), map.concepts.end(),
        [&](const store::ConceptRecord& c) { return c.number == selection.concept_number; });
    if (it != map.concepts.end()) draw_concept(desk, *it, map);
  } else if (selection.kind == Selection::Kind::kCell && selection.cell.map == map_id) {
    draw_cell(desk, map);
  }
  ImGui::PopItemWidth();
  ImGui::Unindent(theme.px(8));
  ImGui::EndChild();
}

void InspectorPanel::draw_concept(Desk& desk, const store::ConceptRecord& c,
                                  const MapSummary& map) {
  const Theme& theme = desk.theme;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float dot = theme.px(6);
  ImGui::GetWindowDrawList()->AddCircleFilled({at.x + dot, at.y + theme.px(13)}, dot,
                                              concept_colour(c.number), 24);
  ImGui::SetCursorScreenPos({at.x + 2 * dot + theme.px(10), at.y});
  text(theme.title, theme.colours.text, "Concept " + std::to_string(c.number));
  gap(desk, 2);
  if (map.has_attribution)
    stat_row(desk, "Attribution, logits", logits_text(c.attribution.value),
             logits_interval_text(c.attribution));
  const std::string of_what = c.observations > 0 ? "observations" : "photos";
  stat_row(desk, "Prevalence, " + of_what, percent_text(c.prevalence.value),
           percent_interval_text(c.prevalence));
  if (c.prevalence_of > 0)
    stat_row(desk, c.prevalence_held_out ? "   held out" : "   of training",
             count_text(c.prevalence_with) + " of " + count_text(c.prevalence_of), " ");
  stat_row(desk, "Positions", count_text(c.positions), " ");
  if (c.observations > 0)
    stat_row(desk, "All observations with it", count_text(c.observations), " ");
  stat_row(desk, "On the subject", percent_text(c.subject_share),
           percent_interval_text({c.subject_share, c.subject_share_low, c.subject_share_high}));
  if (map.masked > 0 && map.masked < map.photos)
    stat_row(desk, "   photos with a mask",
             count_text(map.masked) + " of " + count_text(map.photos), " ");
  stat_row(desk, "Cosine threshold", number_text(c.threshold), " ");
  gap(desk, 4);
  draw_place_diagram(desk, c);
  const auto exemplars = desk.catalogue->exemplars(c);
  section(desk, "Exemplars");
  if (!exemplars) {
    complete_ = false;
    waiting(desk, "Reading");
  } else if (exemplars->places.empty()) {
    text(theme.small, theme.colours.faint, "none kept");
  } else {
    draw_places(desk, *exemplars, "Concept " + std::to_string(c.number));
  }
  gap(desk, 8);
  wrapped_text(theme.small, theme.colours.faint,
               std::string("A concept shows where the model looks") +
                   (map.has_attribution ? " and how much it counts" : "") +
                   ", not that the model is right. " +
                   (map.has_attribution
                        ? "Attribution is the mean per photo to the taxon's own logit; intervals "
                        : "Intervals ") +
                   "(95 %) resample observations.");
}

void InspectorPanel::draw_cell(Desk& desk, const MapSummary& map) {
  const Theme& theme = desk.theme;
  const CellKey& key = desk.state.selection.cell;
  const auto level = desk.catalogue->level(key.map, key.level);
  text(theme.title, theme.colours.text, "Cell");
  if (!level) {
    complete_ = false;
    waiting(desk, "Reading");
    return;
  }
  const auto i = static_cast<std::size_t>(key.cell);
  text(theme.small, theme.colours.faint,
       "Level " + std::to_string(key.level) + ", column " + std::to_string(level->cells.bin_x[i]) +
           ", row " + std::to_string(level->cells.bin_y[i]) + " of " + std::to_string(level->bins));
  gap(desk, 2);
  const auto places = desk.catalogue->cell_places(key);
  stat_row(desk, "Positions", count_text(level->cells.count[i]));
  stat_row(desk, "Photos", places ? count_text(places->photos) : "…");
  const std::size_t columns = map.record.targets.size();
  if (map.has_attribution)
    stat_row(desk, "Attribution, logits a position",
             logits_text(level->cells.attribution[i * columns + map.own_column]));
  const auto& labels = desk.catalogue->reader().labels();
  for (std::size_t c = 0; map.has_attribution && c < columns && c < 4; ++c) {
    if (c == map.own_column) continue;
    const auto output = static_cast<std::size_t>(map.record.targets[c]);
    stat_row(desk,
             "   to " + (output < labels.size() ? display_name(labels[output])
                                                : "output " + std::to_string(output)),
             logits_text(level->cells.attribution[i * columns + c]));
  }
  stat_row(desk, "On the subject", percent_text(level->cells.subject[i]));
  const std::int32_t number = level->cells.concept_number[i];
  if (number >= 0) {
    if (link(desk, "Most of it is concept " + std::to_string(number))) {
      desk.state.show_concept(number);
      return;
    }
  } else {
    text(theme.regular, theme.colours.quiet, "Most of it is in no concept");
  }
  section(desk, map.has_attribution ? "Photos, most attribution first" : "Photos");
  if (!places) {
    complete_ = false;
    waiting(desk, "Gathering");
  } else {
    draw_places(desk, *places, "Cell");
    if (places->photos > static_cast<std::int64_t>(places->places.size()))
      text(theme.small, theme.colours.faint,
           count_text(static_cast<std::int64_t>(places->places.size())) + " of " +
               counted(places->photos, "photo", "photos") + " shown, one of each observation");
  }
}

void InspectorPanel::draw_places(Desk& desk, const Places& places, const std::string& origin) {
  const Theme& theme = desk.theme;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float width = ImGui::GetContentRegionAvail().x - theme.px(8);
  // The photo gives way to its numbers where there is little room.
  const float side = theme.px(84), row = side + theme.px(10), numbers = theme.px(66);
  const float thumb =
      std::clamp(width - side - theme.px(20) - numbers, theme.px(48), theme.px(112));
  for (std::size_t i = 0; i < places.places.size(); ++i) {
    const Place& place = places.places[i];
    ImGui::PushID(static_cast<int>(i));
    const ImVec2 a = ImGui::GetCursorScreenPos();
    const bool clicked = ImGui::InvisibleButton("place", {width, row - theme.px(4)});
    if (!ImGui::IsItemVisible()) {
      ImGui::PopID();
      continue;
    }
    if (ImGui::IsItemHovered()) {
      list->AddRectFilled({a.x - theme.px(6), a.y - theme.px(4)},
                          {a.x + width + theme.px(6), a.y + side + theme.px(4)},
                          theme.colours.hovered, theme.px(6));
      ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    }
    const std::string path = desk.photo_path(place.photo);
    const std::string thumb_key = "photo:" + path;
    const Picture* whole = desk.thumbnails.get(thumb_key, "reading " + place.photo.path,
                                               [path] { return load_photo(path, kThumbnail); });
    const bool missing = !desk.thumbnails.error(thumb_key).empty();
    const Picture* patch = nullptr;
    if (!missing && place.box.width > 0) {
      const Box box = place.box;
      patch = desk.thumbnails.get("patch:" + path + ":" + box_key(box),
                                  "cutting from " + place.photo.path,
                                  [path, box] { return load_patch(path, box, kPatch); });
    } else if (place.icon >= 0) {
      const std::int32_t icon = place.icon;
      patch = desk.thumbnails.get("icon:" + std::to_string(icon), "reading an icon",
                                  [sheets = desk.sheets, icon] { return sheets->icon(icon); });
    }
    picture_or_wait(desk, list, patch, {a.x, a.y, side, side}, theme.px(5));
    const Box frame{a.x + side + theme.px(8), a.y, thumb, side};
    if (whole != nullptr) {
      const Box shown = fitted(whole->full_size, frame);
      list->AddImageRounded(reinterpret_cast<ImTextureID>(whole->texture), corner(shown),
                            far_corner(shown), {0, 0}, {1, 1}, IM_COL32_WHITE, theme.px(4));
      const double scale = shown.width / std::max(1, whole->full_size.width);
      const Box box{shown.x + place.box.x * scale, shown.y + place.box.y * scale,
                    place.box.width * scale, place.box.height * scale};
      list->AddRect({corner(box).x - 1, corner(box).y - 1},
                    {far_corner(box).x + 1, far_corner(box).y + 1}, rgba(0x000000, 150), 2, 0,
                    theme.px(3));
      list->AddRect(corner(box), far_corner(box), rgba(0xFFFFFF), 2, 0, theme.px(1.5));
    } else {
      list->AddRectFilled(corner(frame), far_corner(frame), theme.colours.raised, theme.px(4));
      if (missing)
        draw_text(list, theme.small, {corner(frame).x + theme.px(6), a.y + side / 2 - theme.px(7)},
                  theme.colours.faint,
                  elided(theme.small, thumb < theme.px(100) ? "missing" : "photo not found",
                         thumb - theme.px(8)));
    }
    const float left = static_cast<float>(frame.x + frame.width) + theme.px(12);
    const float room = a.x + width - left;
    if (std::isfinite(place.attribution)) {
      draw_text(list, theme.regular, {left, a.y + theme.px(4)}, theme.colours.text,
                logits_text(place.attribution));
      draw_text(list, theme.small, {left, a.y + theme.px(23)}, theme.colours.faint, "logits");
    }
    if (std::isfinite(place.similarity))
      draw_text(list, theme.small, {left, a.y + theme.px(43)}, theme.colours.quiet,
                elided(theme.small, "cos " + number_text(place.similarity), room));
    // Observations of one taxon differ at their ends.
    draw_text(list, theme.small, {left, a.y + theme.px(60)}, theme.colours.faint,
              place.photo.observation.empty()
                  ? elided(theme.small, place.photo.form, room)
                  : elided_front(theme.small, place.photo.observation, room));
    if (clicked) desk.state.open_photo(places.places, i, origin);
    ImGui::PopID();
  }
}

void draw_place_diagram(const Desk& desk, const store::ConceptRecord& c) {
  const Theme& theme = desk.theme;
  if (!std::isfinite(c.place_x) || !std::isfinite(c.place_y)) return;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 a = ImGui::GetCursorScreenPos();
  const float side = theme.px(64);
  list->AddRectFilled(a, {a.x + side, a.y + side}, theme.colours.raised, theme.px(5));
  list->AddLine({a.x + side / 2, a.y}, {a.x + side / 2, a.y + side}, theme.colours.line);
  list->AddLine({a.x, a.y + side / 2}, {a.x + side, a.y + side / 2}, theme.colours.line);
  const ImVec2 m{a.x + side * static_cast<float>(std::clamp(c.place_x, 0.0, 1.0)),
                 a.y + side * static_cast<float>(std::clamp(c.place_y, 0.0, 1.0))};
  list->PushClipRect(a, {a.x + side, a.y + side}, true);
  const double spread_x = std::isfinite(c.spread_x) ? c.spread_x : 0;
  const double spread_y = std::isfinite(c.spread_y) ? c.spread_y : 0;
  // An ellipse of one standard deviation.
  std::vector<ImVec2> ellipse;
  for (int i = 0; i < 32; ++i) {
    const double angle = 2 * 3.14159265358979 * i / 32;
    ellipse.push_back({m.x + side * static_cast<float>(spread_x * std::cos(angle)),
                       m.y + side * static_cast<float>(spread_y * std::sin(angle))});
  }
  const std::uint32_t colour = concept_colour(c.number);
  list->AddConvexPolyFilled(ellipse.data(), static_cast<int>(ellipse.size()),
                            (colour & 0xFFFFFFu) | 90u << 24);
  list->AddCircleFilled(m, theme.px(3), colour, 16);
  list->PopClipRect();
  ImGui::Dummy({side, side});
  const float left = a.x + side + theme.px(12);
  draw_text(list, theme.regular, {left, a.y + theme.px(6)}, theme.colours.text,
            "x " + percent_text(c.place_x) + ",  y " + percent_text(c.place_y));
  draw_text(list, theme.small, {left, a.y + theme.px(26)}, theme.colours.faint,
            c.place_on_subject ? "mean place in the subject's box," : "mean place in the photo,");
  draw_text(list, theme.small, {left, a.y + theme.px(41)}, theme.colours.faint,
            "± one standard deviation");
}

}  // namespace differentia::viewer

#include "viewer/map_panel.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "viewer/map_overlays.h"
#include "viewer/number_text.h"
#include "viewer/tile_colours.h"
#include "viewer/tile_selection.h"
#include "viewer/widgets.h"

namespace differentia::viewer {

namespace {

constexpr double kHeader = 62;
constexpr double kMinimapZoom = 1.15;
constexpr std::size_t kTilesAvoided = 200;  // by labels; where there are more, all is covered
constexpr double kNamed = 12;               // concepts outlined on the whole map; more as it grows

}  // namespace

void MapPanel::look(const MapSummary& map, int level, double zoom, Point centre) {
  double scale = canvas_.fitted_scale();
  const auto& bins = map.record.level_bins;
  if (level >= 0 && !bins.empty()) {
    const std::size_t wanted = std::min(static_cast<std::size_t>(level), bins.size() - 1);
    if (choose_level(bins, scale, canvas_.limits()) != wanted) scale = 32.0 * bins[wanted];
  }
  canvas_.look_at(centre, scale * zoom);
}

void MapPanel::draw(Desk& desk, const Box& place, bool keys) {
  complete_ = false;
  const double header = desk.theme.px(kHeader);
  const Box canvas{place.x, place.y + header, place.width, place.height - header};
  const auto id = desk.catalogue->map_of_taxon(desk.state.taxon);
  const auto map = id && *id >= 0 ? desk.catalogue->map(*id) : nullptr;
  draw_header(desk, {place.x, place.y, place.width, header}, map.get());
  if (map) {
    draw_map(desk, canvas, *id, *map, keys);
    return;
  }
  begin_panel(desk, "map", canvas, 0, {desk.theme.px(24), desk.theme.px(24)});
  std::string message = "Reading the map …";
  if (id && *id < 0) {
    message = desk.state.taxon == State::kAllTaxa
                  ? "This atlas has no map of all taxa. Choose a taxon on the left."
                  : "This taxon has no map: too few of its photos could be used.";
    complete_ = true;
  } else if (id && !desk.catalogue->map_error(*id).empty()) {
    message = desk.catalogue->map_error(*id);
    complete_ = true;
  }
  wrapped_text(desk.theme.regular, desk.theme.colours.quiet, message);
  ImGui::End();
}

void MapPanel::draw_header(Desk& desk, const Box& place, const MapSummary* map) {
  const Theme& theme = desk.theme;
  begin_panel(desk, "map header", place, theme.colours.panel, {0, 0});
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float left = static_cast<float>(place.x) + theme.px(20);
  const float top = static_cast<float>(place.y);
  std::string title = "All taxa", facts;
  ImFont* font = theme.title;
  if (desk.state.taxon >= 0) {
    const store::TaxonRecord& taxon =
        desk.catalogue->taxa().taxa[static_cast<std::size_t>(desk.state.taxon)];
    title = display_name(taxon.name);
    font = theme.title_italic;
    facts = taxon.common_name.empty() ? "" : display_name(taxon.common_name) + "   ·   ";
    facts += counted(taxon.photos, "photo", "photos");
    if (taxon.tested > 0)
      facts += "   ·   " + percent_text(static_cast<double>(taxon.correct) / taxon.tested) +
               " of " + count_text(taxon.tested) + " test photos right";
  } else {
    facts =
        counted(static_cast<std::int64_t>(desk.catalogue->taxa().taxa.size()), "taxon", "taxa") +
        "   ·   " + counted(desk.catalogue->taxa().photos, "photo", "photos");
  }
  if (map != nullptr) {
    facts += "   ·   " + counted(map->record.points, "position", "positions");
    if (!map->layer.path.empty()) facts += " at " + map->layer.path;
  }
  // Controls on the right; what is left is the title's.
  if (map != nullptr && !map->has_attribution && desk.state.colour_by == ColourBy::kAttribution)
    desk.state.colour_by = ColourBy::kNone;
  std::vector<std::string> colours{"None"};
  std::vector<ColourBy> values{ColourBy::kNone};
  if (map == nullptr || map->has_attribution) {
    colours.emplace_back("Attribution");
    values.push_back(ColourBy::kAttribution);
  }
  colours.emplace_back("Count");
  values.push_back(ColourBy::kCount);
  if (map == nullptr || map->has_subject || desk.state.colour_by == ColourBy::kSubject) {
    colours.emplace_back("Subject");
    values.push_back(ColourBy::kSubject);
  }
  colours.emplace_back("Concept");
  values.push_back(ColourBy::kConcept);
  float width = theme.px(4);
  for (const std::string& label : colours) width += text_size(theme.small, label).x + theme.px(20);
  const float outlines = text_size(theme.small, "Outlines").x + theme.px(34);
  const float right = static_cast<float>(place.x + place.width) - theme.px(16);
  const bool listed = left + outlines + theme.px(16) + width > right;
  if (listed) width = std::min(theme.px(128), right - left - outlines - theme.px(8));
  const float controls = right - width - theme.px(16) - outlines;
  // Where both do not fit beside each other the name goes first, and the facts give way to the
  // controls.
  const bool narrow =
      controls - left - theme.px(12) < std::min(text_size(font, title).x, theme.px(160));
  const float middle = top + theme.px(narrow ? 34 : 8);
  ImGui::SetCursorScreenPos({controls, middle});
  toggle(desk, "Outlines", desk.state.outlines);
  ImGui::SetCursorScreenPos({right - width, middle});
  auto chosen = static_cast<std::size_t>(
      std::find(values.begin(), values.end(), desk.state.colour_by) - values.begin());
  chosen = std::min(chosen, values.size() - 1);
  if (listed) {
    ImGui::PushFont(theme.small);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(theme.px(10), theme.px(5)));
    ImGui::PushItemWidth(width);
    if (begin_choice(desk, "##colour by", chosen == 0 ? "No colours" : colours[chosen])) {
      for (std::size_t i = 0; i < colours.size(); ++i)
        if (ImGui::Selectable(colours[i].c_str(), i == chosen)) desk.state.colour_by = values[i];
      ImGui::EndCombo();
    }
    ImGui::PopItemWidth();
    ImGui::PopStyleVar();
    ImGui::PopFont();
  } else {
    int segment = static_cast<int>(chosen);
    if (segmented(desk, "colour by", colours, segment))
      desk.state.colour_by = values[static_cast<std::size_t>(segment)];
  }
  draw_text(list, font, {left, top + theme.px(narrow ? 6 : 9)}, theme.colours.text,
            elided(font, title, (narrow ? right : controls) - left - theme.px(12)));
  if (!narrow)
    draw_text(list, theme.small, {left, top + theme.px(38)}, theme.colours.quiet,
              elided(theme.small, facts, right - left));
  list->AddLine(
      {static_cast<float>(place.x), static_cast<float>(place.y + place.height) - 1},
      {static_cast<float>(place.x + place.width), static_cast<float>(place.y + place.height) - 1},
      theme.colours.line);
  ImGui::End();
}

void MapPanel::draw_map(Desk& desk, const Box& place, std::int32_t map_id, const MapSummary& map,
                        bool keys) {
  begin_panel(desk, "map", place, 0, {0, 0});
  ImGuiIO& io = ImGui::GetIO();
  State& state = desk.state;
  const Box minimap = minimap_place(desk, place);
  const bool zoomed_in = canvas_.camera().scale > canvas_.fitted_scale() * kMinimapZoom;
  const bool over = ImGui::IsWindowHovered() && contains(place, io.MousePos);
  const bool over_minimap = (zoomed_in && over && contains(minimap, io.MousePos)) || minimap_held_;

  CanvasInput input;
  input.viewport = place;
  input.mouse = {io.MousePos.x, io.MousePos.y};
  input.hovered = over && !over_minimap;
  input.down = io.MouseDown[0];
  input.wheel = io.MouseWheel;
  input.fine = io.KeyShift;
  input.time = desk.time;
  input.step = desk.step;
  input.still = desk.still;
  // Who asks for larger type sees no better for tiles.
  canvas_.set_limits(
      {LevelLimits().comfortable * desk.theme.scale, LevelLimits().smallest * desk.theme.scale});
  // A first look without a viewport would be a look at nothing.
  bool clicked = canvas_.update(input);
  if (state.fit_requested) {
    canvas_.fit(true);
    state.fit_requested = false;
  }
  if (keys && ImGui::IsKeyPressed('F', false) && !io.KeyCtrl) canvas_.fit(false);

  const std::size_t wanted = canvas_.level(map);
  const auto ready = desk.catalogue->level(map_id, wanted);
  if (shown_map_ != map_id) shown_ = nullptr;
  if (ready) {
    shown_ = ready;
    shown_level_ = wanted;
    shown_map_ = map_id;
  } else if (shown_ && canvas_.camera().scale / shown_->bins < canvas_.limits().smallest) {
    // Too fine for this zoom, and the right one is still being read: any coarser one will do.
    for (std::size_t level = wanted; level-- > 0;)
      if (const auto coarse = desk.catalogue->level(map_id, level)) {
        shown_ = coarse;
        shown_level_ = level;
        break;
      }
  }
  // The next coarser one is at hand before somebody zooms out.
  if (wanted > 0) desk.catalogue->level(map_id, wanted - 1);
  complete_ = ready != nullptr && !canvas_.moving();
  bool over_label = false;
  const bool too_fine = shown_ &&
                        canvas_.camera().scale / shown_->bins < 0.8 * canvas_.limits().smallest &&
                        shown_level_ > 0;
  if (shown_ && !too_fine) {
    MapCanvas::Emphasis emphasis;
    emphasis.concept_number = state.hovered_concept >= 0 ? state.hovered_concept
                              : state.selection.kind == Selection::Kind::kConcept
                                  ? state.selection.concept_number
                                  : -1;
    canvas_.draw(desk.renderer, *desk.icons, map, *shown_, state.colour_by, emphasis);
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->PushClipRect(corner(place), far_corner(place), true);
    const Selection& selection = state.selection;
    if (selection.kind == Selection::Kind::kCell && selection.cell.map == map_id &&
        selection.cell.level == shown_level_)
      ring(desk, list,
           canvas_.camera().to_screen(cell_box(shown_->cells, shown_->bins, selection.cell.cell)));
    if (state.outlines) draw_outlines(desk, map);
    if (state.outlines) draw_labels(desk, map, over && !canvas_.dragging(), over_label);
    if (state.highlighted_photo >= 0)
      draw_photo_rings(desk, map_id);
    else if (canvas_.tiles_drawn() == 0)
      banner(desk, list, place, "Nothing here   ·   F shows the whole map");
    const std::int32_t cell = over && !over_minimap && !over_label && !canvas_.dragging()
                                  ? cell_at(shown_->cells, shown_->rows, shown_->bins,
                                            canvas_.camera().to_world(input.mouse))
                                  : -1;
    if (cell >= 0 && clicked) {
      state.show_cell({map_id, shown_level_, cell});
    } else if (clicked && over_label) {
      state.show_concept(desk.next_hovered_concept);
    } else if (clicked) {
      state.clear_selection();
    }
    draw_legend(desk, map, *shown_, place);
    if (zoomed_in) draw_minimap(desk, map_id, map, minimap);
    list->PopClipRect();
    if (cell >= 0) {
      ring(desk, list, canvas_.camera().to_screen(cell_box(shown_->cells, shown_->bins, cell)));
      draw_tooltip(desk, map, *shown_, cell);
    }
  }
  if (shown_) follow_choice(state, map);
  if (canvas_.moving()) desk.moving = true;
  ImGui::End();
}

void MapPanel::follow_choice(const State& state, const MapSummary& map) {
  const std::int32_t chosen =
      state.selection.kind == Selection::Kind::kConcept ? state.selection.concept_number : -1;
  if (chosen == followed_) return;
  followed_ = chosen;
  if (chosen < 0) return;
  Point place{0.5, 0.5};
  for (const store::ConceptRecord& c : map.concepts)
    if (c.number == chosen) place = {c.label_x, c.label_y};
  const Box visible = canvas_.camera().visible();
  bool in_sight = false;
  const Region* largest = nullptr;
  for (const Region& region : shown_->regions) {
    if (region.number != chosen) continue;
    if (largest == nullptr) largest = &region;
    for (const Point& p : region.middles)
      in_sight = in_sight || (p.x > visible.x && p.x < visible.x + visible.width &&
                              p.y > visible.y && p.y < visible.y + visible.height);
  }
  if (in_sight) return;
  canvas_.centre_on(largest != nullptr ? largest->anchor : place);
}

std::int32_t MapPanel::named(const Desk& desk) const {
  // No colour without a name.
  if (desk.state.colour_by == ColourBy::kConcept) return std::numeric_limits<std::int32_t>::max();
  const double zoom = canvas_.camera().scale / canvas_.fitted_scale();
  return static_cast<std::int32_t>(std::min(1000.0, kNamed * zoom * zoom));
}

void MapPanel::draw_outlines(Desk& desk, const MapSummary& map) {
  const std::int32_t selected = desk.state.selection.kind == Selection::Kind::kConcept
                                    ? desk.state.selection.concept_number
                                    : -1;
  draw_regions(desk, canvas_.camera(), map, *shown_, selected, named(desk));
}

void MapPanel::draw_labels(Desk& desk, const MapSummary& map, bool hovered, bool& over_label) {
  const Box& canvas = canvas_.camera().viewport;
  std::vector<Box> obstacles;
  if (legend_of(desk.state.colour_by, map, *shown_).continuous)
    obstacles.push_back(legend_place(desk, canvas));
  if (canvas_.camera().scale > canvas_.fitted_scale() * kMinimapZoom)
    obstacles.push_back(minimap_place(desk, canvas));
  const std::vector<Box> tiles = canvas_.tile_boxes(kTilesAvoided);
  const std::int32_t number =
      draw_concept_labels(desk, ImGui::GetWindowDrawList(), canvas_.camera(), map, *shown_, hovered,
                          named(desk), obstacles, tiles);
  if (number >= 0) {
    desk.next_hovered_concept = number;
    over_label = true;
  }
}

void MapPanel::draw_photo_rings(Desk& desk, std::int32_t map_id) {
  const auto indices = desk.catalogue->points_of_photo(map_id, desk.state.highlighted_photo);
  const auto points = desk.catalogue->points(map_id);
  if (!indices || !points) {
    complete_ = false;
    return;
  }
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (const std::int32_t index : *indices) {
    const auto i = static_cast<std::size_t>(index);
    const ImVec2 at = vec(canvas_.camera().to_screen(Point{points->x[i], points->y[i]}));
    list->AddCircleFilled(at, desk.theme.px(4.5), rgba(0x0F1114, 200), 16);
    list->AddCircleFilled(at, desk.theme.px(3), desk.theme.colours.accent, 16);
  }
  const std::string note =
      indices->empty()
          ? "This photo has no points on this map (it was not sampled)"
          : counted(static_cast<std::int64_t>(indices->size()), "position", "positions") +
                " of the photo   ·   Esc clears";
  banner(desk, list, canvas_.camera().viewport, note);
}

void MapPanel::draw_minimap(Desk& desk, std::int32_t map_id, const MapSummary& map,
                            const Box& place) {
  // The coarsest level with enough bins to be a picture.
  std::size_t level = 0;
  while (level + 1 < map.record.level_bins.size() && map.record.level_bins[level] < 32) ++level;
  const auto coarse = desk.catalogue->level(map_id, level);
  if (!coarse) {
    complete_ = false;
    return;
  }
  draw_minimap_picture(desk, ImGui::GetWindowDrawList(), place, *coarse,
                       canvas_.camera().visible());
  const ImGuiIO& io = ImGui::GetIO();
  if (io.MouseClicked[0] && contains(place, io.MousePos) && ImGui::IsWindowHovered())
    minimap_held_ = true;
  if (!io.MouseDown[0]) minimap_held_ = false;
  if (minimap_held_)
    canvas_.centre_on({std::clamp((io.MousePos.x - place.x) / place.width, 0.0, 1.0),
                       std::clamp((io.MousePos.y - place.y) / place.height, 0.0, 1.0)});
}

void MapPanel::draw_legend(Desk& desk, const MapSummary& map, const MapLevel& level,
                           const Box& canvas) {
  draw_colour_legend(desk, ImGui::GetWindowDrawList(), canvas, desk.state.colour_by,
                     legend_of(desk.state.colour_by, map, level));
}

void MapPanel::draw_tooltip(Desk& desk, const MapSummary& map, const MapLevel& level,
                            std::int32_t cell) {
  const auto i = static_cast<std::size_t>(cell);
  const Theme& theme = desk.theme;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(theme.px(10), theme.px(10)));
  ImGui::BeginTooltip();
  const std::int32_t icon = level.cells.icon[i];
  const Picture* picture =
      desk.thumbnails.get("icon:" + std::to_string(icon), "reading an icon",
                          [sheets = desk.sheets, icon] { return sheets->icon(icon); });
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float side = theme.px(144);
  ImGui::Dummy({side, side});
  picture_or_wait(desk, ImGui::GetWindowDrawList(), picture, {at.x, at.y, side, side}, theme.px(5));
  const auto row = [&](const std::string& label, const std::string& value) {
    const float y = ImGui::GetCursorPosY();
    text(theme.small, theme.colours.quiet, label);
    ImGui::SetCursorPos(
        {ImGui::GetStyle().WindowPadding.x + side - text_size(theme.small, value).x, y});
    text(theme.small, theme.colours.text, value);
  };
  row("Positions", count_text(level.cells.count[i]));
  const std::size_t columns = map.record.targets.size();
  if (columns > 0 && map.has_attribution)
    row("Attribution", logits_text(level.cells.attribution[i * columns + map.own_column]));
  if (!std::isnan(level.cells.subject[i])) row("On subject", percent_text(level.cells.subject[i]));
  row("Concept",
      level.cells.concept_number[i] < 0 ? "none" : std::to_string(level.cells.concept_number[i]));
  ImGui::EndTooltip();
  ImGui::PopStyleVar();
}

}  // namespace differentia::viewer
